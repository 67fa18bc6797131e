"""Integrated gradients and their correlation as the package of its authors computes them, for gradientCorrelation.test.ts.

pip install torch
IGC names a clone of plelievre/int_grad_corr.

The network is W2 tanh(W1 x + b1): its weights are written down with the results, so that the test can repeat it.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, os.environ["IGC"])
from igc import IntegratedGradients, IntGradCorr  # noqa: E402
from igc.igac import IntGradAutoCorr  # noqa: E402

torch.manual_seed(3)
inputs, hidden, samples = 5, 7, 40
net = torch.nn.Sequential(torch.nn.Linear(inputs, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1, bias=False)).double()
with torch.no_grad():
    net[0].weight *= 3
x = torch.randn(samples, inputs, dtype=torch.float64)
y = (x[:, :1] - x[:, 1:2] ** 2 + 0.1 * torch.randn(samples, 1, dtype=torch.float64))
# What is written down in float32 is what both sides compute with.
x, y = x.float(), y.float()
net = net.float()
data = torch.utils.data.TensorDataset(x, y)
data.rng = None
# Its default baseline of zeros fails for a single input: the same zeros, given as an array, do not.
options = {"n_steps": 64, "batch_size": (1, 1, 1), "x_0": np.zeros((1, inputs), np.float32)}
number = lambda a: np.asarray(a, dtype=float).round(9).tolist()
result = {
    "w1": number(net[0].weight.detach()), "b1": number(net[0].bias.detach()), "w2": number(net[2].weight.detach()[0]),
    "x": number(x), "y": number(y[:, 0]), "steps": 64,
    "igc": number(IntGradCorr(net, data, dtype=torch.float32).compute(**options)[0]),
    "igac": number(IntGradAutoCorr(net, data, dtype=torch.float32).compute(**options)[0]),
    "correlation": float(np.corrcoef(net(x).detach().numpy()[:, 0], y.numpy()[:, 0])[0, 1]),
}
ig = IntegratedGradients(net, data, dtype=torch.float32)
result["ig"] = number(np.squeeze(ig.compute(x=x, **options)[4]))
(Path(__file__).parent / "correlation.json").write_text(json.dumps(result))
