"""Times pytorch-grad-cam's imputation of a picture, for run.ts.

pip install torch grad-cam scipy
python bench/road/peer.py SIDE
Prints JSON: milliseconds of processor time by share of pixels that stay, of one run.
"""

import json
import sys
import time

import numpy as np
import torch
from pytorch_grad_cam.metrics.road import NoisyLinearImputer

torch.set_num_threads(1)
side = int(sys.argv[1])
y, x = np.mgrid[0:side, 0:side] / side
image = torch.from_numpy(np.stack([np.sin(9 * x + c) * np.cos(7 * y - c) for c in range(3)]).astype(np.float32))
blob = np.exp(-((x - 0.4) ** 2 + (y - 0.6) ** 2) / 0.05)
impute = NoisyLinearImputer(noise=0)
took = {}
for share in (10, 50, 90):
    kept = torch.from_numpy((blob < np.percentile(blob, share)).astype(np.float32))
    start = time.process_time()
    impute(image, kept)
    took[share] = (time.process_time() - start) * 1000
print(json.dumps(took))
