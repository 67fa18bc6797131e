"""Attributions of the networks in ../networks as Captum and zennit compute them, for attribution.test.ts.

    pip install torch captum zennit
    python make.py

NAME.npz holds one array a method, in the inputs' shape (2 × 3 × height × width). The score is each input's highest logit,
where the output is a map the mean over its places. `ig@LAYER` are in the layer's shape.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from captum.attr import Deconvolution, GuidedBackprop, InputXGradient, IntegratedGradients, LayerConductance, Saliency
from torch import nn
from torch.nn import functional as F
from zennit.attribution import Gradient, SmoothGrad
from zennit.canonizers import NamedMergeBatchNorm, SequentialMergeBatchNorm
from zennit.composites import LayerMapComposite, SpecialFirstLayerMapComposite, layer_map_base
from zennit.layer import Sum
from zennit.rules import AlphaBeta, Epsilon, Gamma, ZBox, ZPlus
from zennit.types import Convolution

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "networks"))
from networks import Block, build, inputs, networks  # noqa: E402

STEPS = 16


class Scores(nn.Module):
    """Logits, N × classes."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        y = self.network.logits(x) if hasattr(self.network, "logits") else self.network(x)
        return y.flatten(2).mean(2) if y.dim() > 2 else y


def gradients(name, x, target):
    made = {}
    scores = Scores(build(name))
    made["gradient"] = Saliency(scores).attribute(x, target=target, abs=False)
    made["input-x-gradient"] = InputXGradient(scores).attribute(x, target=target)
    # Captum's trapezoid weights add up to (n - 1) / n.
    ig = IntegratedGradients(scores).attribute(x, target=target, n_steps=STEPS, method="riemann_trapezoid")
    made["ig"] = ig * STEPS / (STEPS - 1)
    if name in ("vgg", "residual"):
        made["guided-backprop"] = GuidedBackprop(Scores(build(name))).attribute(x, target=target)
        made["deconvnet"] = Deconvolution(Scores(build(name))).attribute(x, target=target)
    return made


# Layers that integrated gradients are taken to.
INNER = {"vgg": ["features.5", "features.9", "classifier.3"], "residual": ["stem.2", "layer2"]}


def inner(name, x, target):
    """
    Captum's conductance of a layer takes the gradient at the beginning of each step. Taken from the other end it is the one
    at the end of each: the mean of both is the trapezoid rule.
    """
    made = {}
    for layer in INNER.get(name, []):
        scores = Scores(build(name))
        conductance = LayerConductance(scores, scores.network.get_submodule(layer))
        options = {"target": target, "n_steps": STEPS - 1, "method": "riemann_trapezoid"}
        there = conductance.attribute(x, torch.zeros_like(x), **options)
        back = conductance.attribute(torch.zeros_like(x), x, **options)
        made[f"ig@{layer}"] = (there - back) / 2
    return made


def block(self, x):
    y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
    around = x if self.down is None else self.down(x)
    return self.relu(self.sum(torch.stack([y, around], -1)))


def residual(self, x):
    x = self.layer2(self.layer1(self.stem(x)))
    return self.fc(torch.flatten(self.pool(x), 1))


def relevance(name, x, target):
    """zennit sees modules only: sums and pools become some. Relevance starts as the score, not as 1."""
    convolutions = {
        "lrp-epsilon": Epsilon(), "lrp-gamma": Gamma(0.25), "lrp-zplus": ZPlus(), "lrp-alpha2beta1": AlphaBeta(2, 1),
    }
    made = {}
    low, high = torch.full((1, 3, 1, 1), -2.0), torch.full((1, 3, 1, 1), 2.5)
    for method, rule in [*convolutions.items(), ("box", Gamma(0.25))]:
        network = build(name)
        canonizers = []
        for module in network.modules():
            # zennit 0.5.1 can't take a batch norm out of a layer again that has no bias of its own.
            if isinstance(module, nn.Conv2d) and module.bias is None:
                module.bias = nn.Parameter(torch.zeros(module.out_channels))
        if name == "residual":
            for module in network.modules():
                if isinstance(module, Block):
                    module.sum = Sum()
                    module.forward = block.__get__(module)
            network.pool = nn.AdaptiveAvgPool2d(1)
            network.forward = residual.__get__(network)
            pairs = [([f"network.{l}.conv{i}"], f"network.{l}.bn{i}") for l in ("layer1", "layer2") for i in (1, 2)]
            canonizers = [SequentialMergeBatchNorm(), NamedMergeBatchNorm(pairs)]
        layers = layer_map_base() + [(Convolution, rule), (nn.Linear, Epsilon())]
        if method == "box":
            first = [(Convolution, ZBox(low, high))]
            composite = SpecialFirstLayerMapComposite(layer_map=layers, first_map=first, canonizers=canonizers)
        else:
            composite = LayerMapComposite(layer_map=layers, canonizers=canonizers)
        scores = Scores(network)
        with torch.no_grad():
            seed = scores(x) * F.one_hot(target, scores(x).shape[1])
        with Gradient(model=scores, composite=composite) as attributor:
            _, made[method] = attributor(x.clone().requires_grad_(), seed)
    return made


def constant(value):
    return value.detach()


def identity(activation):
    def run(x, *args, **kwargs):
        around = x + 1e-6 * torch.where(x >= 0, 1.0, -1.0)
        return around * constant(activation(x, *args, **kwargs) / around)

    return run


def norm(x, shape, weight=None, bias=None, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / constant((centred.var(-1, unbiased=False, keepdim=True) + eps).sqrt()) * weight + bias


def excite(self, x):
    gate = self.expand(F.relu(self.reduce(F.adaptive_avg_pool2d(x, 1))))
    product = x * F.hardsigmoid(gate)
    return product / 2 + constant(product / 2)


def relp(name, x, target):
    """By the definition of its paper: constants where its rules have them, and PyTorch's own gradients."""
    changed = {key: getattr(F, key) for key in ("gelu", "relu", "relu6", "hardtanh", "hardswish", "hardsigmoid", "silu", "layer_norm")}
    try:
        for key, function in changed.items():
            setattr(F, key, norm if key == "layer_norm" else identity(function))
        network = build(name)
        for module in network.modules():
            if type(module).__name__ == "SqueezeExcite":
                module.forward = excite.__get__(module)
        x = x.clone().requires_grad_()
        score = Scores(network)(x).gather(1, target[:, None]).sum()
        (gradient,) = torch.autograd.grad(score, x)
        return {"relp": x * gradient}
    finally:
        for key, function in changed.items():
            setattr(F, key, function)


def main():
    for name in networks:
        x = inputs(name)
        with torch.no_grad():
            scores = Scores(build(name))(x)
        target = scores.argmax(1)
        made = gradients(name, x, target) | inner(name, x, target)
        if name in ("vgg", "residual"):
            made |= relevance(name, x, target)
        if name in ("depthwise", "vit"):
            made |= relp(name, x, target)
        made["score"] = scores.gather(1, target[:, None])[:, 0]
        np.savez_compressed(HERE / f"{name}.npz", **{key: value.detach().numpy().astype(np.float32) for key, value in made.items()})
        print(name, {key: tuple(value.shape) for key, value in made.items()})


if __name__ == "__main__":
    main()
