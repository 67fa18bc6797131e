"""An ONNX classifier as a PyTorch module with one submodule a node, so that hooks and pytorch-grad-cam work on it."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn


class Apply(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


class OnnxModule(nn.Module):
    """`output` is the tensor to give; `nodes` has a module by the name of each node's output, with `/` and `.` as `_`."""

    def __init__(self, file, output):
        super().__init__()
        model = onnx.load(file)
        self.weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in model.graph.initializer}
        self.input = next(value.name for value in model.graph.input if value.name not in self.weights)
        self.output = output
        self.nodes = nn.ModuleDict()
        self.steps = []
        for node in model.graph.node:
            attributes = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
            module, inputs = self.made(node, attributes)
            if module is not None:
                self.nodes[key(node.output[0])] = module
                self.steps.append((key(node.output[0]), inputs, node.output[0]))
        self.eval()

    def made(self, node, attributes):
        inputs = [name for name in node.input if name not in self.weights]
        if node.op_type == "Conv":
            weight = self.weights[node.input[1]]
            pads = attributes.get("pads", [0, 0, 0, 0])
            symmetric = pads[:2] == pads[2:]
            conv = nn.Conv2d(
                weight.shape[1] * attributes.get("group", 1), weight.shape[0], tuple(weight.shape[2:]),
                stride=tuple(attributes.get("strides", [1, 1])), groups=attributes.get("group", 1),
                padding=tuple(pads[:2]) if symmetric else 0, dilation=tuple(attributes.get("dilations", [1, 1])),
                bias=len(node.input) > 2,
            )
            conv.weight.data = weight
            if len(node.input) > 2:
                conv.bias.data = self.weights[node.input[2]]
            if symmetric:
                return conv, inputs
            return nn.Sequential(nn.ZeroPad2d((pads[1], pads[3], pads[0], pads[2])), conv), inputs
        if node.op_type == "MaxPool":
            pads = attributes.get("pads", [0, 0, 0, 0])
            window = nn.MaxPool2d(tuple(attributes["kernel_shape"]), tuple(attributes["strides"]))
            padding = nn.ConstantPad2d((pads[1], pads[3], pads[0], pads[2]), -float("inf"))
            return nn.Sequential(padding, window), inputs
        if node.op_type == "Clip":
            bounds = [self.weights[name].item() for name in node.input[1:]]
            low, high = bounds or (attributes["min"], attributes["max"])
            return nn.Hardtanh(low, high), inputs[:1]
        if node.op_type in ("Gemm", "MatMul"):
            weight = self.weights[node.input[1]]
            bias = self.weights[node.input[2]] if len(node.input) > 2 else 0
            weight = weight.T if attributes.get("transB", 0) else weight
            return Apply(lambda x: x @ weight + bias), inputs[:1]
        if node.op_type == "Add" and len(inputs) == 1:
            weight = next(self.weights[name] for name in node.input if name in self.weights)
            return Apply(lambda x: x + weight), inputs
        functions = {
            "Relu": nn.ReLU(), "Dropout": nn.Identity(), "Add": Apply(torch.add),
            "Concat": Apply(lambda *parts: torch.cat(parts, attributes.get("axis", 1))),
            "GlobalAveragePool": nn.AdaptiveAvgPool2d(1), "Reshape": nn.Flatten(1), "Softmax": nn.Softmax(1),
        }
        # What computes the shape of the Reshape needs no step: it flattens.
        if node.op_type in ("Shape", "Gather", "Unsqueeze") or (node.op_type == "Concat" and node.output[0].isdigit() and attributes.get("axis") == 0):
            return None, []
        return functions[node.op_type], inputs[:1] if node.op_type == "Reshape" else inputs

    def forward(self, x):
        values = {self.input: x}
        for name, inputs, output in self.steps:
            values[output] = self.nodes[name](*(values[one] for one in inputs))
            if output == self.output:
                return values[output].flatten(1)
        raise ValueError(self.output)


def key(name):
    return "t_" + name.replace("/", "_").replace(".", "_")
