"""Gradients by PyTorch's autograd of operators that no exported network here has, for operators.test.ts.

    pip install torch torchvision
    python operators.py

operators.json holds for each case the ONNX node with its inputs, its output, a random seed of the output's size, and the
gradients of the sum of seed × output by the inputs that are differentiated by.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional as F
from torchvision.ops import deform_conv2d

torch.set_num_threads(1)
random = torch.Generator().manual_seed(11)
draw = lambda *dims: torch.randn(*dims, generator=random, dtype=torch.float64)
cases = []


def listed(tensor):
    return {"dims": list(tensor.shape), "values": [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]}


def case(name, op, opset, inputs, attributes, run, by):
    """`inputs` are tensors or None, by position; `by` says which are differentiated by."""
    # What is written down is what is computed with.
    inputs = [x if x is None or not x.is_floating_point() else x.float().double() for x in inputs]
    for i in by:
        inputs[i].requires_grad_()
    output = run(*inputs)
    seed = draw(*output.shape).float().double()
    gradients = torch.autograd.grad((output * seed).sum(), [inputs[i] for i in by])
    cases.append({
        "name": name, "op": op, "opset": opset, "attributes": attributes,
        "inputs": [None if x is None else listed(x) | ({} if x.is_floating_point() else {"type": "int64"}) for x in inputs],
        "output": listed(output), "seed": listed(seed),
        "gradients": {str(i): listed(gradient) for i, gradient in zip(by, gradients)},
    })  # fmt: skip


modes = {"bilinear": "linear", "nearest": "nearest", "bicubic": "cubic"}
for mode, onnx_mode in modes.items():
    for padding in ("zeros", "border", "reflection"):
        for align in (False, True):
            case(
                f"grid_sample, {mode}, {padding}{', corners aligned' if align else ''}", "GridSample", 20,
                [draw(2, 2, 5, 6), 0.8 * draw(2, 3, 4, 2)],
                {"mode": onnx_mode, "padding_mode": padding, "align_corners": int(align)},
                lambda x, grid: F.grid_sample(x, grid, mode, padding, align), (0, 1),
            )  # fmt: skip
for mode in ("bilinear", "nearest"):
    case(
        f"grid_sample of a volume, {mode}", "GridSample", 20, [draw(1, 2, 3, 4, 5), 0.8 * draw(1, 2, 3, 2, 3)],
        {"mode": modes[mode], "padding_mode": "zeros", "align_corners": 0},
        lambda x, grid: F.grid_sample(x, grid, mode, "zeros", False), (0, 1),
    )  # fmt: skip

for groups, offset_groups, stride, padding, dilation, masked in (
    (1, 1, (1, 1), (1, 1), (1, 1), False), (2, 1, (2, 1), (0, 2), (1, 2), True), (1, 2, (1, 2), (2, 1), (2, 1), True),
):  # fmt: skip
    sizes = [(size + 2 * p - d * (k - 1) - 1) // s + 1 for size, p, d, k, s in zip((6, 7), padding, dilation, (3, 2), stride)]
    case(
        f"deform_conv2d, groups {groups}, offset groups {offset_groups}{', with a mask' if masked else ''}", "DeformConv", 19,
        [
            draw(1, 4, 6, 7), draw(4, 4 // groups, 3, 2), 1.5 * draw(1, 2 * offset_groups * 6, *sizes), draw(4),
            draw(1, offset_groups * 6, *sizes).sigmoid() if masked else None,
        ],
        {
            "kernel_shape": [3, 2], "strides": list(stride), "pads": [*padding, *padding], "dilations": list(dilation),
            "group": groups, "offset_group": offset_groups,
        },
        lambda x, w, offset, b, mask: deform_conv2d(x, offset, w, b, stride, padding, dilation, mask),
        (0, 1, 2, 3, 4) if masked else (0, 1, 2, 3),
    )  # fmt: skip

for onesided in (True, False):
    case(
        f"stft, {'one side' if onesided else 'both sides'}", "STFT", 17,
        [draw(2, 23, 1), torch.tensor(3), draw(8).abs(), torch.tensor(8)], {"onesided": int(onesided)},
        lambda x, step, window, length: torch.view_as_real(
            torch.stft(x[..., 0], int(length), int(step), window=window, center=False, onesided=onesided, return_complex=True)
        ).transpose(1, 2),
        (0,),
    )  # fmt: skip

(Path(__file__).parent / "operators.json").write_text(json.dumps(cases) + "\n")
print(len(cases), "cases")
