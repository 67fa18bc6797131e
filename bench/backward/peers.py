"""Exports a torchvision network (random weights) and times PyTorch's forward and backward by the input.

python bench/backward/peers.py NETWORK BATCH THREADS ROUNDS FOLDER
Prints JSON: forward, both (milliseconds, the smallest of the rounds).
"""

import json
import os
import sys
import time
import warnings

import torch
import torchvision

warnings.filterwarnings("ignore")
name, batch, threads, rounds, folder = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
torch.set_num_threads(threads)
torch.manual_seed(0)
net = getattr(torchvision.models, name)(weights=None).eval().requires_grad_(False)
x = torch.randn(batch, 3, 224, 224)
path = os.path.join(folder, f"{name}.onnx")
torch.onnx.export(net, (x,), path, dynamo=False, opset_version=17, input_names=["input"], output_names=["output"])

# Of the processor, which other work on the machine changes least; with more threads, on the clock.
clock = time.process_time if threads == 1 else time.perf_counter


def best(run):
    run()
    times = []
    for _ in range(rounds):
        start = clock()
        run()
        times.append(clock() - start)
    return min(times) * 1000


def forward():
    with torch.no_grad():
        net(x)


def both():
    leaf = x.clone().requires_grad_(True)
    net(leaf)[:, 0].sum().backward()


print(json.dumps({"forward": best(forward), "both": best(both)}))
