"""Writes ablation.json: what PyTorch's outputs lose when one channel or feature of a layer is replaced, by a forward hook.

    pip install torch
    python make.py

For each network of ../networks and each layer: `zero` and `mean`, each units × features of
mean over samples (and places) of output with the unit - output without it; and `size`, the mean magnitude for `zero`.
Networks that end in a softmax are looked at before it.
"""

import json
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "networks"))
from networks import build, inputs  # noqa: E402

# Network: the module whose output is looked at (None: the network), and by module the layer's name in each export.
LAYERS = {
    "residual": (None, [("stem.2", "stem.2"), ("layer1.bn1", "layer1.conv1"), ("layer2.bn2", "target.conv2|layer2.conv2")]),
    "depthwise": (None, [("stem.2", "stem.2"), ("block1.expand.2", "block1.expand.2"), ("classifier.1", "classifier.1")]),
    "concatenating": ("fc", [("stem", "stem"), ("branch2", "branch2"), ("grow", "grow"), ("act", "act"), ("fc", "fc")]),
    "vgg": ("classifier", [("features.1", "features.1"), ("features.9", "relu_3|features.9"), ("classifier.4", "classifier.4")]),
    "vit": (None, [("patch", "patch"), ("blocks.0.qkv", "blocks.0.qkv"), ("blocks.1.fc1", "blocks.1.fc1"), ("norm", "norm")]),
    "unet": (None, [("enter.2", "enter.2"), ("down2.0", "down2.0"), ("up2", "up2"), ("narrow", "narrow")]),
}


def outputs(network, x, looked_at, layer=None, unit=None, value=None):
    """Output with one unit of a layer replaced, samples x features; and that layer's own output."""
    seen = {}
    modules = dict(network.named_modules())

    def replace(_module, _inputs, output):
        seen["layer"] = output.detach().clone()
        if unit is None:
            return None
        changed = output.clone()
        if changed.dim() == 4:
            changed[:, unit] = value
        else:
            changed[..., unit] = value
        return changed

    # The hook that replaces comes before the one that looks.
    hooks = [modules[layer].register_forward_hook(replace)] if layer else []
    if looked_at:
        hooks.append(modules[looked_at].register_forward_hook(lambda _m, _i, output: seen.update(result=output)))
    with torch.no_grad():
        result = network(x)
    for hook in hooks:
        hook.remove()
    result = seen["result"] if looked_at else result
    return result.double().flatten(2).mean(2) if result.dim() == 4 else result.double(), seen.get("layer")


def main():
    torch.set_num_threads(1)
    cases = []
    for name, (looked_at, layers) in LAYERS.items():
        network, x = build(name), inputs(name)
        for module, names in layers:
            whole, own = outputs(network, x, looked_at, module)
            units = own.shape[1] if own.dim() == 4 else own.shape[-1]
            places = own.transpose(0, 1).flatten(1) if own.dim() == 4 else own.reshape(-1, units).T
            case = {"network": name, "layer": names, "zero": [], "mean": [], "size": []}
            for unit in range(units):
                zero, _ = outputs(network, x, looked_at, module, unit, 0.0)
                mean, _ = outputs(network, x, looked_at, module, unit, places[unit].double().mean().item())
                case["zero"].append([float(f"{v:.7g}") for v in (whole - zero).mean(0)])
                case["mean"].append([float(f"{v:.7g}") for v in (whole - mean).mean(0)])
                case["size"].append([float(f"{v:.7g}") for v in (whole - zero).abs().mean(0)])
            cases.append(case)
    (HERE / "ablation.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
