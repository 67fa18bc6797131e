"""Small networks of every common make, their ONNX exports and PyTorch's gradients.

pip install torch onnx onnxscript onnxruntime numpy
python networks.py

Writes for every network NAME.legacy.onnx and NAME.dynamo.onnx (both exporters of PyTorch), and NAME.npz with
  input                  two samples
  output                 of the network
  seed                   what each element of the output counts in the score
  gradient               of the score by the input
  activation.MODULE      output of a module
  gradient.MODULE        of the score by it
and layers.json: network → exporter → module path → the tensor of the ONNX file that holds the module's output, found by
its values. Weights are random but well scaled (statistics of batch norms are those of the input). Computed in float64, kept in
float32.
"""

import json
import os
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))


def conv(a, b, k, **kw):
    return nn.Sequential(nn.Conv2d(a, b, k, bias=False, **kw), nn.BatchNorm2d(b), nn.ReLU())


class Residual(nn.Module):
    """Overlapping pools, strided shortcuts, residual sums, average pooling with padding."""

    class Block(nn.Module):
        def __init__(self, a, b, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(b)
            self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(b)
            self.down = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b)) if a != b else nn.Identity()

        def forward(self, x):
            y = F.relu(self.bn1(self.conv1(x)))
            return F.relu(self.bn2(self.conv2(y)) + self.down(x))

    def __init__(self):
        super().__init__()
        self.stem = conv(3, 8, 7, stride=2, padding=3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self.Block(8, 8, 1)
        self.layer2 = self.Block(8, 16, 2)
        self.mean = nn.AvgPool2d(3, 2, 1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.layer2(self.layer1(self.pool(self.stem(x))))
        return self.fc(self.mean(x).mean((2, 3)))


class SqueezeExcite(nn.Module):
    """Depthwise convolutions, squeeze and excitation, hard swish, ReLU6."""

    class Block(nn.Module):
        def __init__(self, width, stride):
            super().__init__()
            self.depthwise = nn.Sequential(
                nn.Conv2d(width, width, 5, stride, 2, groups=width, bias=False), nn.BatchNorm2d(width), nn.Hardswish()
            )
            self.squeeze = nn.Conv2d(width, 4, 1)
            self.excite = nn.Conv2d(4, width, 1)
            self.point = nn.Sequential(nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width))
            self.stride = stride

        def forward(self, x):
            y = self.depthwise(x)
            s = F.hardsigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(y, 1)))))
            y = self.point(y * s)
            return y + x if self.stride == 1 else y

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 3, 2, 1, bias=False), nn.BatchNorm2d(12), nn.ReLU6())
        self.block1 = self.Block(12, 1)
        self.block2 = self.Block(12, 2)
        self.act = nn.SiLU()
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        x = self.act(self.block2(self.block1(self.stem(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Concatenating(nn.Module):
    """Ceil mode, dilation, groups, channel shuffle, concatenation, local response, average pools that count padding."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2)
        self.lrn = nn.LocalResponseNorm(5)
        self.pool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.left = nn.Conv2d(8, 8, 1)
        self.right = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4)
        self.pool2 = nn.MaxPool2d(2, 2, dilation=2, padding=1)
        self.pool3 = nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)
        self.last = nn.Conv2d(32, 10, 1)

    def forward(self, x):
        x = self.pool1(self.lrn(F.relu(self.conv1(x))))
        x = torch.cat([F.leaky_relu(self.left(x), 0.1), F.elu(self.right(x))], 1)
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        y = self.pool2(x)
        z = self.pool3(x)
        x = torch.cat([y, z[:, :, : y.shape[2], : y.shape[3]]], 1)
        return F.log_softmax(F.relu(self.last(x)).mean((2, 3)), 1)


class Vgg(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(4)
        self.classifier = nn.Sequential(nn.Linear(256, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10))

    def forward(self, x):
        return F.softmax(self.classifier(torch.flatten(self.avgpool(self.features(x)), 1)), 1)


class Vit(nn.Module):
    """Patches, class token, positions, multi-head attention, layer norm, GELU."""

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.norm1 = nn.LayerNorm(width)
            self.qkv = nn.Linear(width, 3 * width)
            self.proj = nn.Linear(width, width)
            self.norm2 = nn.LayerNorm(width)
            self.fc1 = nn.Linear(width, 2 * width)
            self.act = nn.GELU()
            self.fc2 = nn.Linear(2 * width, width)
            self.heads = heads

        def forward(self, x):
            n, t, c = x.shape
            q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
            a = F.scaled_dot_product_attention(q, k, v)
            x = x + self.proj(a.transpose(1, 2).reshape(n, t, c))
            return x + self.fc2(self.act(self.fc1(self.norm2(x))))

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 24, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 24) * 0.1)
        self.pos = nn.Parameter(torch.randn(1, 17, 24) * 0.1)
        self.blocks = nn.Sequential(self.Block(24, 3), self.Block(24, 3))
        self.norm = nn.LayerNorm(24)
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        return self.head(self.norm(self.blocks(x))[:, 0])


class UNet(nn.Module):
    """Resize, transposed convolution, group norm, instance norm, skip connections: a class for every place."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(3, 8, 3, padding=1)
        self.norm1 = nn.GroupNorm(2, 8)
        self.down2 = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.norm2 = nn.GroupNorm(4, 16)
        self.down3 = nn.Conv2d(16, 16, 3, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(16, 16, 4, stride=2, padding=1)
        self.norm3 = nn.InstanceNorm2d(32, affine=True)
        self.mix2 = nn.Conv2d(32, 8, 3, padding=1, padding_mode="reflect")
        self.mix1 = nn.Conv2d(16, 8, 3, padding=1)
        self.head = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        a = F.silu(self.norm1(self.down1(x)))
        b = F.silu(self.norm2(self.down2(a)))
        c = F.mish(self.down3(b))
        c = F.interpolate(F.interpolate(c, scale_factor=2, mode="nearest"), scale_factor=0.5, mode="bilinear")
        u = self.mix2(self.norm3(torch.cat([b, self.up2(c)], 1)))
        u = F.interpolate(F.softplus(u), scale_factor=2, mode="bilinear", align_corners=False)
        return self.head(F.gelu(self.mix1(torch.cat([a, u], 1)), approximate="tanh"))


class Lstm(nn.Module):
    """A sequence of 12 vectors through a bidirectional LSTM and a GRU."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 8, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(16, 8, batch_first=True)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        y, _ = self.lstm(x)
        z, h = self.gru(y)
        return self.fc(z.mean(1) + torch.tanh(h[-1]))


def without_paths(path):
    """Stack traces name files of the machine that exported."""
    model = onnx.load(path)
    for node in model.graph.node:
        node.doc_string = ""
        kept = [entry for entry in node.metadata_props if "stack_trace" not in entry.key]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    onnx.save(model, path)


def tensor_of(path, x, activation):
    """The first tensor with these values."""
    model = onnx.load(path)
    names = [name for node in model.graph.node for name in node.output if name and node.op_type != "If"]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    for name, value in zip(names, session.run(None, {"input": x})):
        if value.shape == activation.shape and np.allclose(value, activation, atol=1e-4):
            return name
    raise ValueError(path)


picture = (3, 32, 32)
networks = {
    "residual": (Residual, picture, ["layer1", "layer2"]),
    "squeeze_excite": (SqueezeExcite, picture, ["block1.depthwise", "block2.point"]),
    "concatenating": (Concatenating, (3, 33, 35), ["conv1", "right"]),
    "vgg": (Vgg, picture, ["features.2", "features.8"]),
    "vit": (Vit, picture, ["blocks.0.norm2", "norm"]),
    "unet": (UNet, picture, ["down2", "mix2"]),
    "lstm": (Lstm, (12, 6), []),
}


def main():
    tensors = {}
    for index, (name, (make, size, layers)) in enumerate(networks.items()):
        torch.manual_seed(index)
        net = make()
        # Statistics of the batch norms, and scales and shifts that are not 1 and 0.
        net.train()
        for _ in range(20):
            net(torch.randn(16, *size))
        with torch.no_grad():
            for module in net.modules():
                if isinstance(module, (nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm2d)):
                    module.weight.uniform_(0.5, 1.5)
                    module.bias.uniform_(-0.3, 0.3)
        net.eval()
        torch.manual_seed(100 + index)
        x = torch.randn(2, *size)
        for exporter in ("legacy", "dynamo"):
            path = os.path.join(here, f"{name}.{exporter}.onnx")
            if exporter == "legacy":
                torch.onnx.export(
                    net, (x,), path, dynamo=False, opset_version=17 if name not in ("unet", "vit") else 18,
                    input_names=["input"], output_names=["output"],
                    dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
                )
            else:
                torch.onnx.export(
                    net, (x,), path, dynamo=True, input_names=["input"], output_names=["output"], external_data=False,
                    dynamic_shapes=({0: torch.export.Dim.DYNAMIC},), verbose=False,
                )
            without_paths(path)
        net = net.double()
        kept = {}
        for layer in layers:
            module = net.get_submodule(layer)

            def keep(_, __, out, layer=layer):
                out.retain_grad()
                kept[layer] = out

            module.register_forward_hook(keep)
        x = x.double().requires_grad_(True)
        y = net(x)
        seed = torch.randn(y.shape, dtype=torch.float64)
        (y * seed).sum().backward()
        f32 = lambda t: t.detach().numpy().astype(np.float32)
        arrays = {"input": f32(x), "output": f32(y), "seed": f32(seed), "gradient": f32(x.grad)}
        for layer in layers:
            arrays[f"activation.{layer}"] = f32(kept[layer])
            arrays[f"gradient.{layer}"] = f32(kept[layer].grad)
        tensors[name] = {
            exporter: {
                layer: tensor_of(
                    os.path.join(here, f"{name}.{exporter}.onnx"), arrays["input"], arrays[f"activation.{layer}"]
                )
                for layer in layers
            }
            for exporter in ("legacy", "dynamo")
        }
        np.savez(os.path.join(here, f"{name}.npz"), **arrays)
        print(name, tuple(y.shape), os.path.getsize(os.path.join(here, f"{name}.legacy.onnx")))
    with open(os.path.join(here, "layers.json"), "w") as file:
        json.dump(tensors, file, indent=2)
        file.write("\n")


main()
