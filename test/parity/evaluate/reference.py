"""Metrics of maps as their authors' code computes them, for evaluate.test.ts.

pip install torch grad-cam opencv-python-headless scipy
RISE, WSOL and ADCC name clones of eclique/RISE, clovaai/wsolevaluation and aimagelab/ADCC.

The network is softmax(W x): it is written down with the results, so that the test can repeat it.
"""

import importlib.util
import json
import os
import sys
import types
from pathlib import Path

import numpy as np
import torch

np.int = int
here = Path(__file__).parent
side, classes = 20, 4
generator = np.random.default_rng(7)


def load(name, file, **stubs):
    for stub, module in stubs.items():
        sys.modules[stub] = module
    sys.path.insert(0, str(Path(file).parent))
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.pop(0)
    return module


def rounded(values):
    return [float(np.float32(v)) for v in np.asarray(values).reshape(-1)]


y, x = np.mgrid[0:side, 0:side] / side
image = np.stack([np.sin(6 * x + c) * np.cos(4 * y - c) + 0.3 * generator.standard_normal((side, side)) for c in range(3)])
image = image.astype(np.float32)
weights = (generator.standard_normal((classes, 3 * side * side)) * 0.05).astype(np.float32)
smooth = np.exp(-((x - 0.4) ** 2 + (y - 0.6) ** 2) / 0.05) + 0.02 * generator.random((side, side))
cam = ((smooth - smooth.min()) / (smooth.max() - smooth.min())).astype(np.float32)


class Net(torch.nn.Module):
    def forward(self, batch):
        return torch.softmax(batch.reshape(len(batch), -1) @ torch.from_numpy(weights).T, 1)


net = Net()
picture = torch.from_numpy(image)[None]
target = int(net(picture).argmax())
out = {"side": side, "class": target, "image": rounded(image), "weights": rounded(weights), "map": rounded(cam)}

# RISE: its own class, on the CPU, with its blur.
torch.Tensor.cuda = lambda self, *a: self
rise = load("rise", os.environ["RISE"] + "/evaluation.py", utils=types.ModuleType("utils"))
rise.torch, rise.np, rise.HW = torch, np, side * side
blur = lambda t: torch.nn.functional.conv2d(t, rise.gkern(11, 5), padding=5)
step = -(-side * side // 224)
for name, mode, substrate in [("deletion", "del", torch.zeros_like), ("insertion", "ins", blur)]:
    scores = rise.CausalMetric(net, mode, step, substrate).single_run(picture, cam)
    out[name] = {"probabilities": rounded(scores), "area": float(rise.auc(scores))}
out["blurred"] = rounded(blur(picture))

# ROAD: pytorch-grad-cam, without the noise.
from pytorch_grad_cam.metrics import road  # noqa: E402

mask = (cam < np.percentile(cam, 40)).astype(np.float32)
imputer = road.NoisyLinearImputer(noise=0)
out["imputed"] = rounded(imputer(picture[0], torch.from_numpy(mask)))
scores = {"mostRelevantFirst": [], "leastRelevantFirst": []}
for q in [10, 20, 30, 40, 50, 60, 70, 80, 90]:
    for key, saliency in [("mostRelevantFirst", cam), ("leastRelevantFirst", 1 - cam)]:
        keep = torch.from_numpy(np.float32(saliency < np.percentile(saliency, q)))
        scores[key].append(float(net(imputer(picture[0], keep)[None])[0, target]))
out["road"] = {key: float(np.mean(values)) for key, values in scores.items()}

# ADCC: the authors' metrics; the "map again" is a function of the picture that the test repeats.
def again(image, model=None, classidx=None):
    return image.abs().mean(1)


explained = picture * torch.from_numpy(cam)
whole, part = float(net(picture)[0, target]), float(net(explained)[0, target])
sys.path.insert(0, os.environ["ADCC"])
from metrics import coherency, complexity  # noqa: E402

coherent, _, _ = coherency.coherency(torch.from_numpy(cam), explained, None, lambda image, model, classidx: again(image), net(picture))
complex_ = float(complexity.complexity(cam))
dropped = max(0.0, whole - part) / whole
out["adcc"] = {
    "whole": whole, "explained": part, "coherency": float(coherent), "complexity": complex_, "drop": dropped,
    "adcc": float(3 / (1 / coherent + 1 / (1 - complex_) + 1 / (1 - dropped))),
}

# MaxBoxAccV2: the authors' boxes and IoUs.
stubs = {name: types.ModuleType(name) for name in ["config", "data_loaders", "util"]}
for name in ["configure_metadata", "get_image_ids", "get_bounding_boxes", "get_image_sizes", "get_mask_paths"]:
    setattr(stubs["data_loaders"], name, None)
stubs["config"].str2bool = None
for name in ["check_scoremap_validity", "check_box_convention"]:
    setattr(stubs["util"], name, lambda *a: None)
stubs["util"].t2n = None
wsol = load("wsol", os.environ["WSOL"] + "/evaluation.py", **stubs)
truth = np.array([[3, 8, 13, 17], [14, 0, 19, 5]])
blobs = np.maximum(cam, 0.7 * np.exp(-((x - 0.85) ** 2 + (y - 0.1) ** 2) / 0.01)).astype(np.float32)
boxes, counts = wsol.compute_bboxes_from_scoremaps(blobs, list(np.arange(0, 1, 0.001)), multi_contour_eval=True)
ious = [float(wsol.calculate_multiple_iou(b, truth).max()) for b in boxes]
out["boxes"] = {"map": rounded(blobs), "truth": truth.tolist(), "ious": ious}

(here / "reference.json").write_text(json.dumps(out))
