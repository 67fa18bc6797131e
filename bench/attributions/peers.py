"""Exports a torchvision network (random weights) and times Captum's and zennit's attributions of one picture.

pip install torch torchvision onnx captum zennit
python bench/attributions/peers.py NETWORK THREADS ROUNDS FOLDER
Prints JSON: by method, the peer and milliseconds (the smallest of the rounds).
"""

import json
import os
import sys
import time
import warnings

import torch
import torchvision
from captum.attr import Deconvolution, GuidedBackprop, InputXGradient, IntegratedGradients, NoiseTunnel, Saliency
from torch import nn
from zennit.attribution import Gradient
from zennit.composites import LayerMapComposite, layer_map_base
from zennit.rules import AlphaBeta, Epsilon, Gamma, ZPlus
from zennit.torchvision import ResNetCanonizer
from zennit.types import Convolution

warnings.filterwarnings("ignore")
name, threads, rounds, folder = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4]
torch.set_num_threads(threads)
torch.manual_seed(0)
x = torch.sin(torch.arange(3 * 224 * 224) * 0.7391).reshape(1, 3, 224, 224).float()


def build():
    torch.manual_seed(0)
    net = getattr(torchvision.models, name)(weights=None).eval().requires_grad_(False)
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    return net


path = os.path.join(folder, f"{name}.onnx")
torch.onnx.export(build(), (x,), path, dynamo=False, opset_version=17, input_names=["input"], output_names=["output"])

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


net = build()
captum = {
    "gradient": lambda: Saliency(net).attribute(x.clone(), target=0, abs=False),
    "input-x-gradient": lambda: InputXGradient(net).attribute(x.clone(), target=0),
    "ig": lambda: IntegratedGradients(net).attribute(x, target=0, n_steps=64, internal_batch_size=16),
    "smoothgrad": lambda: NoiseTunnel(Saliency(net)).attribute(x, target=0, nt_samples=16, stdevs=0.3, abs=False),
    "guided-backprop": lambda: GuidedBackprop(net).attribute(x.clone(), target=0),
    "deconvnet": lambda: Deconvolution(net).attribute(x.clone(), target=0),
}
zennit = {"lrp-epsilon": Epsilon(), "lrp-gamma": Gamma(0.25), "lrp-zplus": ZPlus(), "lrp-alpha2beta1": AlphaBeta(2, 1)}


def relevance(rule):
    layers = layer_map_base() + [(Convolution, rule), (nn.Linear, Epsilon())]
    canonizers = [ResNetCanonizer()] if name.startswith("resnet") else []
    one = torch.zeros(1, 1000)
    one[0, 0] = 1
    network = build()
    with Gradient(model=network, composite=LayerMapComposite(layer_map=layers, canonizers=canonizers)) as attributor:
        return best(lambda: attributor(x.clone().requires_grad_(), one))


result = {}
for method, run in captum.items():
    try:
        result[method] = {"peer": "Captum", "milliseconds": best(run)}
    except Exception as error:
        print(method, error, file=sys.stderr)
for method, rule in zennit.items():
    try:
        result[method] = {"peer": "zennit", "milliseconds": relevance(rule)}
    except AttributeError as error:
        # zennit 0.5.1 can't put a batch norm back behind a layer without bias; the times are taken by then.
        print(method, error, file=sys.stderr)
print(json.dumps(result))
