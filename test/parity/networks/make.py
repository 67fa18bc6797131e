"""Writes the networks of networks.py, exported by both of PyTorch's exporters, and their inputs and outputs.

    pip install torch onnx onnxscript
    python make.py

NAME.dynamo.onnx and NAME.torchscript.onnx have a free batch axis; NAME.npz holds `input` (2 samples) and `output`.
"""

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch

from networks import build, inputs, networks

HERE = Path(__file__).parent


def export(network, x, file, dynamo):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            free = ({0: torch.export.Dim("batch")},)
            options = {"dynamo": True, "external_data": False, "dynamic_shapes": free}
        else:
            options = {"dynamo": False, "opset_version": 17, "dynamic_axes": {"input": {0: "batch"}, "output": {0: "batch"}}}
        torch.onnx.export(network, (x,), file, input_names=["input"], output_names=["output"], verbose=False, **options)
    # The exporter's stack traces hold paths of the machine that ran it.
    model = onnx.load(file)
    for node in model.graph.node:
        kept = [entry for entry in node.metadata_props if "stack_trace" not in entry.key]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, file)


def main():
    for name in networks:
        network, x = build(name), inputs(name)
        with torch.no_grad():
            np.savez(HERE / f"{name}.npz", input=x.numpy(), output=network(x).numpy())
        export(network, x, HERE / f"{name}.dynamo.onnx", True)
        export(network, x, HERE / f"{name}.torchscript.onnx", False)


if __name__ == "__main__":
    main()
