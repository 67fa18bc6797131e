"""Pictures of 224 × 224 imputed by pytorch-grad-cam's ROAD (a direct solution by SciPy), without noise, for imputation.test.ts.

    pip install torch grad-cam scipy
    python imputation.py

Pictures and what is kept of them are formulas that the test repeats. imputation.json holds, by what is kept, 200 removed
places and their values in all three channels.
"""

import json
from pathlib import Path

import numpy as np
import torch
from pytorch_grad_cam.metrics.road import NoisyLinearImputer

SIDE = 224
y, x = np.mgrid[0:SIDE, 0:SIDE]
IMAGE = np.stack([np.sin(x / 9 + c) * np.cos(y / 7 - 2 * c) + ((31 * x + 17 * y + 5 * c) % 23) / 23 for c in range(3)])
DISC = (x - 90) ** 2 + (y - 130) ** 2 < 70**2
SCATTERED = (x * x + 3 * y * y + 7 * x * y) % 101 < 10
KEPT = {"all but a disc": ~DISC, "a disc": DISC, "scattered pixels": SCATTERED, "a corner": x + y < 3}

found = {}
for name, kept in KEPT.items():
    imputed = NoisyLinearImputer(noise=0)(
        torch.from_numpy(IMAGE.astype(np.float32)), torch.from_numpy(kept.astype(np.float32))
    ).numpy()
    removed = np.flatnonzero(~kept)
    places = np.sort(np.random.default_rng(3).choice(removed, 200, replace=False))
    values = imputed.reshape(3, -1)[:, places]
    found[name] = {"places": places.tolist(), "values": [[float(f"{v:.8g}") for v in row] for row in values]}
    print(name, len(removed))
(Path(__file__).parent / "imputation.json").write_text(json.dumps(found) + "\n")
