"""pytorch-grad-cam's side of run.ts: makes the network once, then draws a map for each method named on stdin and answers
with the seconds that it took: of processor time with one thread, else on the clock.

    python peer.py FOLDER NETWORK THREADS
"""

import contextlib
import io
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torchvision
from pytorch_grad_cam import (
    FEM, AblationCAM, EigenCAM, EigenGradCAM, FullGrad, GradCAM, GradCAMElementWise, GradCAMPlusPlus, HiResCAM, KPCA_CAM,
    LayerCAM, ScoreCAM, XGradCAM,
)
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

METHODS = {
    "gradcam": GradCAM, "gradcam++": GradCAMPlusPlus, "xgradcam": XGradCAM, "layercam": LayerCAM, "hirescam": HiResCAM,
    "gradcamelementwise": GradCAMElementWise, "eigencam": EigenCAM, "eigengradcam": EigenGradCAM, "scorecam": ScoreCAM,
    "ablationcam": AblationCAM, "kpcacam": KPCA_CAM, "fem": FEM, "fullgrad": FullGrad,
}
LAYERS = {"resnet18": lambda network: network.layer4[-1], "mobilenet_v2": lambda network: network.features[-1]}


def main(folder, name, threads):
    torch.set_num_threads(threads)
    now = time.process_time if threads == 1 else time.perf_counter
    torch.manual_seed(0)
    network = getattr(torchvision.models, name)(weights=None).eval()
    # A picture is smooth, noise is not.
    x = torch.nn.functional.interpolate(torch.randn(1, 3, 12, 12), (224, 224), mode="bicubic")
    torch.onnx.export(
        network, (x,), folder / "network.onnx", dynamo=True, external_data=False, verbose=False,
        input_names=["input"], dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    np.save(folder / "input.npy", x.numpy())
    layer = LAYERS[name](network)
    print("ready", flush=True)
    for line in sys.stdin:
        method = line.strip()
        # Built anew, as hooks stay on the network otherwise; that is not counted.
        with METHODS[method](network, [] if method == "fullgrad" else [layer]) as cam, contextlib.redirect_stderr(io.StringIO()):
            started = now()
            cam(x, [ClassifierOutputTarget(1)])
            seconds = now() - started
        print("took", seconds, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
