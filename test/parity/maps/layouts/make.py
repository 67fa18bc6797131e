"""Maps by pytorch-grad-cam of layers that are no channels × height × width: channels last, rows, volumes.

    pip install torch grad-cam onnx onnxscript onnxruntime
    python make.py

NAME.EXPORTER.onnx are networks with random weights; NAME.npz holds `input` and, for class 1 and both samples,
`METHOD.raw` before ReLU, scaling and resizing, of the last layer, and for `METHOD.layers` finished maps of three layers
together. layers.json says by exporter which tensors the layers are.

pytorch-grad-cam knows pictures and volumes. Rows go through it as pictures of height 1, by `reshape_transform`; layers whose
channels come last too. What its Ablation-CAM puts in a layer's place knows neither.
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import torch
from pytorch_grad_cam import (
    EigenCAM, EigenGradCAM, GradCAM, GradCAMElementWise, GradCAMPlusPlus, HiResCAM, LayerCAM, XGradCAM,
)
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "networks"))

METHODS = {
    "gradcam": GradCAM, "gradcam++": GradCAMPlusPlus, "xgradcam": XGradCAM, "layercam": LayerCAM, "hirescam": HiResCAM,
    "gradcamelementwise": GradCAMElementWise, "eigencam": EigenCAM, "eigengradcam": EigenGradCAM,
}


class NextBlock(nn.Module):
    """As in ConvNeXt: a depthwise convolution, then norm and products with the channels last."""

    def __init__(self, width):
        super().__init__()
        self.mix = nn.Conv2d(width, width, 5, padding=2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.grow = nn.Linear(width, 3 * width)
        self.shrink = nn.Linear(3 * width, width)

    def forward(self, x):
        y = self.norm(self.mix(x).permute(0, 2, 3, 1))
        return x + self.shrink(F.gelu(self.grow(y))).permute(0, 3, 1, 2)


class ChannelsLast(nn.Module):
    input = (3, 36, 44)
    layers = ("blocks.0.norm", "blocks.1.norm", "blocks.1.shrink")

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 4, stride=4)
        self.blocks = nn.ModuleList([NextBlock(12), NextBlock(12)])
        self.norm = nn.LayerNorm(12)
        self.head = nn.Linear(12, 5)

    def forward(self, x):
        x = self.patch(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x.mean((2, 3))))

    @staticmethod
    def picture(layer):
        return layer.permute(0, 3, 1, 2)


class Row(nn.Module):
    """Of signals: convolutions over time."""

    input = (2, 70)
    layers = ("first", "second", "third")

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv1d(2, 6, 7, 2, 3), nn.BatchNorm1d(6), nn.ReLU())
        self.second = nn.Sequential(nn.Conv1d(6, 8, 5, 1, 4, dilation=2), nn.ReLU())
        self.pool = nn.MaxPool1d(3, 2, 1)
        self.third = nn.Sequential(nn.Conv1d(8, 10, 3, 1, 1), nn.Tanh())
        self.head = nn.Linear(10, 4)

    def forward(self, x):
        # As a picture of height 1 for pytorch-grad-cam.
        x = x.flatten(2)
        return self.head(self.third(self.pool(self.second(self.first(x)))).mean(2))

    @staticmethod
    def picture(layer):
        return layer[:, :, None]


class Volume(nn.Module):
    """Of scans: convolutions over three axes."""

    input = (1, 10, 14, 12)
    layers = ("first", "second", "third")

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv3d(1, 4, 3, 1, 1), nn.BatchNorm3d(4), nn.ReLU())
        self.second = nn.Sequential(nn.Conv3d(4, 6, 3, 2, 1), nn.SiLU())
        self.third = nn.Sequential(nn.Conv3d(6, 8, 3, 1, 1, groups=2), nn.ReLU(), nn.AvgPool3d(2, 1))
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.third(self.second(self.first(x))).mean((2, 3, 4)))

    @staticmethod
    def picture(layer):
        return layer


NETWORKS = {"channelslast": ChannelsLast, "row": Row, "volume": Volume}


def build(name):
    torch.manual_seed(31 + list(NETWORKS).index(name))
    network = NETWORKS[name]().eval()
    for module in network.modules():
        if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.normal_(module.bias, std=0.1)
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm3d, nn.LayerNorm)):
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.3)
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm3d)):
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return network


def raw_map(method, network, layer, x, targets, picture):
    with method(network, [layer], reshape_transform=picture) as cam:
        raw = []
        image = cam.get_cam_image
        cam.get_cam_image = lambda *args: raw.append(image(*args)) or raw[-1]
        cam(x, targets)
    return raw[0].astype(np.float32)


def maps(name):
    network = build(name)
    random = torch.Generator().manual_seed(7)
    x = torch.randn(2, *network.input, generator=random)
    shown = x[:, :, None] if name == "row" else x
    targets = [ClassifierOutputTarget(1)] * 2
    found = {"input": x.numpy()}
    for key, method in METHODS.items():
        found[f"{key}.raw"] = raw_map(method, network, network.get_submodule(network.layers[-1]), shown, targets, network.picture)
    if name != "volume":
        for key in ("gradcam", "layercam", "hirescam"):
            several = [network.get_submodule(layer) for layer in network.layers]
            with METHODS[key](network, several, reshape_transform=network.picture) as cam:
                found[f"{key}.layers"] = cam(shown, targets).astype(np.float32)
    np.savez_compressed(HERE / f"{name}.npz", **found)
    return network, x


def script(file):
    """Another script of this name."""
    spec = importlib.util.spec_from_file_location(f"{file.parent.name}_make", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    export = script(HERE.parent.parent / "networks" / "make.py").export
    tensors = script(HERE.parent / "make.py").tensors
    torch.set_num_threads(1)
    found = {}
    for name in NETWORKS:
        network, x = maps(name)
        for exporter in ("dynamo", "torchscript"):
            export(network, x, HERE / f"{name}.{exporter}.onnx", exporter == "dynamo")
        modules = {layer: network.get_submodule(layer) for layer in network.layers}
        found[name] = tensors(name, network, x, modules, HERE)
    (HERE / "layers.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
