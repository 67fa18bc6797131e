"""Makes a generated picture set and labels its units with the published search; run.ts labels the same with ours.

    pip install compositional-explanations==0.0.3.4 torch numpy
    python peer.py FOLDER SAMPLES SIDE CONCEPTS UNITS

writes masks.npy (concepts × samples × side × side, u1), activations.npy (samples × units × side × side, f4) and peer.json
(seconds a unit, preparation included, and each unit's IoU). Concepts are rectangles, present in a tenth of the pictures;
each unit answers to a formula of two or three of them, blurred by noise, and fires at its top 0.5 %.
"""
import contextlib
import io
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from compositional_explanations import beam, metrics

folder, (samples, side, concepts, units) = Path(sys.argv[1]), map(int, sys.argv[2:6])
rng = np.random.default_rng(0)
masks = np.zeros((concepts, samples, side, side), bool)
for concept in masks:
    for sample in np.flatnonzero(rng.random(samples) < 0.1):
        y, x = rng.integers(0, side * 3 // 4, 2)
        h, w = rng.integers(side // 8, side // 2, 2)
        concept[sample, y : y + h, x : x + w] = True
activations = rng.standard_normal((samples, units, side, side)).astype(np.float32)
for unit in range(units):
    a, b, c = rng.choice(concepts, 3, replace=False)
    activations[:, unit] += 2 * ((masks[a] | masks[b]) & ~masks[c])
np.save(folder / "masks.npy", masks.astype(np.uint8))
np.save(folder / "activations.npy", activations)

flat = [torch.from_numpy(mask.reshape(samples, -1)) for mask in masks]
started = time.perf_counter()
disjoint = torch.tensor([[not bool((a & b).any()) for b in flat] for a in flat])
preparation = time.perf_counter() - started
ious, times = [], []
for unit in range(units):
    values = activations[:, unit].reshape(samples, -1)
    started = time.perf_counter()
    # The rule of Network Dissection: 994/999 of the sorted values, linearly interpolated.
    fires = torch.from_numpy(values > np.quantile(values, 994 / 999))
    with contextlib.redirect_stdout(io.StringIO()):
        found = beam.compute_beam_explanations(
            bitmaps=fires, masks=flat, disjoint_info=disjoint, length=3, beam_size=5, device=torch.device("cpu"), cache_dir=None
        )
    times.append(time.perf_counter() - started)
    ious.append(float(metrics.compute_iou_from_masks(formula=found, masks=flat, bitmaps=fires)))
seconds = (preparation + sum(times)) / units
(folder / "peer.json").write_text(json.dumps({"secondsPerUnit": seconds, "ious": ious}))
