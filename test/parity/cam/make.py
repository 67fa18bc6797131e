"""Networks, inputs and the maps that pytorch-grad-cam draws for them: the numbers that maps.test.ts compares with.

    pip install torch grad-cam onnx onnxscript
    python make.py

writes NAME.onnx and NAME.json beside this file. Arrays are base64 of little-endian float32. `projection` is
pytorch-grad-cam's 2-D projection of the layer's activations; its sign is LAPACK's, so `map` (what EigenCAM returns) comes
with `mapOfNegated`, the same pipeline on the projection with the other sign.
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from pytorch_grad_cam import EigenCAM, GradCAM
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection
from torch import nn

HERE = Path(__file__).parent


class Strided(nn.Module):
    """Strides, no padding on one side, odd sizes, pooling and a linear head: fewer channels than places."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(12, 20, 5, stride=2)
        self.relu1 = nn.ReLU()
        self.relu2 = nn.ReLU()
        self.head = nn.Linear(20, 5)

    def forward(self, x):
        x = self.relu1(self.conv1(x))
        x = self.relu2(self.conv2(x))
        return self.head(x.mean((2, 3)))


class Wide(nn.Module):
    """More channels than places; asymmetric kernels and padded pooling."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, (5, 3), stride=2, padding=(2, 0))
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(8, 40, 3, stride=2)
        self.act = nn.Tanh()
        self.head = nn.Linear(40, 3)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.act(self.conv2(x))
        return self.head(x.mean((2, 3)))


class Residual(nn.Module):
    """A residual block with groups and dilation; activations below zero too; two layers whose maps are averaged."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, stride=2, padding=1)
        self.branch1 = nn.Conv2d(16, 16, 3, padding=2, dilation=2, groups=4)
        self.branch2 = nn.Conv2d(16, 16, 1)
        self.down = nn.Conv2d(16, 24, 3, stride=2, padding=1)
        self.act = nn.SiLU()
        self.tail = nn.Identity()
        self.head = nn.Linear(24, 4)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.branch2(self.act(self.branch1(x)))
        x = self.tail(self.act(self.down(x)))
        return self.head(x.mean((2, 3)))


def packed(array):
    array = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": list(array.shape), "base64": base64.b64encode(array.tobytes()).decode()}


def finished(raw, size):
    """BaseCAM's way from a raw map to the result, for one layer."""
    return scale_cam_image(scale_cam_image(np.maximum(raw, 0), size)).astype(np.float32)


def smooth_noise(shape):
    """Blobs of several sizes, so that maps have something to follow."""
    total = torch.zeros(shape)
    for size in (3, 7, 15):
        coarse = torch.randn(shape[0], shape[1], size, size)
        total += nn.functional.interpolate(coarse, shape[2:], mode="bicubic")
    return total


def export(network, x, name):
    file = HERE / f"{name}.onnx"
    torch.onnx.export(
        network, (x,), file, dynamo=True, external_data=False, verbose=False,
        input_names=["input"], output_names=["logits"], dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    # The exporter's notes hold paths of this machine, and the comparison needs none of them.
    model = onnx.load(file)
    model.graph.ClearField("metadata_props")
    for part in [*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        part.ClearField("metadata_props")
    onnx.save(model, file)


def make(name, network, shape, layers, classes):
    """`layers`: module -> name of its tensor in the exported model."""
    network.eval()
    x = smooth_noise(shape)
    export(network, x, name)
    size = (shape[3], shape[2])
    case = {"input": packed(x), "layers": []}
    for module, tensor in layers:
        cam = EigenCAM(network, [module])
        result = cam(x, [ClassifierOutputTarget(0)] * len(x))
        activations = cam.activations_and_grads.activations[0].numpy()
        projection = get_2d_projection(activations)
        assert np.array_equal(finished(projection, size), result)
        case["layers"].append({
            "tensor": tensor,
            "projection": packed(projection),
            "map": packed(result),
            "mapOfNegated": packed(finished(-projection, size)),
        })
    averaged = EigenCAM(network, [module for module, _ in layers])
    case["averaged"] = packed(averaged(x, [ClassifierOutputTarget(0)] * len(x)))
    # Over pooling and a linear layer, Grad-CAM is CAM: the gradient is the class's row over the number of places.
    last = GradCAM(network, [layers[-1][0]])
    case["cam"] = {
        "weights": packed(network.head.weight.detach()),
        "maps": [packed(last(x, [ClassifierOutputTarget(c)] * len(x))) for c in range(classes)],
    }
    (HERE / f"{name}.json").write_text(json.dumps(case, indent=1) + "\n")


def main():
    torch.manual_seed(0)
    strided = Strided()
    make("strided", strided, (2, 3, 45, 61), [(strided.conv1, "conv2d"), (strided.relu2, "relu_1")], classes=2)
    wide = Wide()
    make("wide", wide, (2, 1, 29, 37), [(wide.act, "tanh")], classes=2)
    residual = Residual()
    make("residual", residual, (2, 3, 37, 23), [(residual.stem, "conv2d"), (residual.tail, "silu_1")], classes=2)


if __name__ == "__main__":
    main()
