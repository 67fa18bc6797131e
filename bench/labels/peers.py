"""Labels the units of a generated set with the published searches; run.ts labels the same with ours.

    git clone https://github.com/aiea-lab/optimal-compositional-explanations     (MIT; the searches of the PyPI package
                                                                                  compositional-explanations, and two more)
    git clone https://github.com/jayelm/compexp                                  (states)
    pip install torch torchvision numpy scipy tqdm scikit-learn
    python peers.py FOLDER PEER UNITS CLONE

reads set.json, masks.bin and units.bin (bits, little end first, each row padded to 32), labels the first UNITS units, and
prints one JSON line for the preparation and one for each unit: CPU seconds and IoU. One thread.
"""
import contextlib
import io
import json
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import torch

torch.set_num_threads(1)
folder, peer, wanted, clone = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
about = json.loads((folder / "set.json").read_text())
samples, side, length, beam = about["samples"], about["side"], about["length"], about["beam"]
positions = samples * side * side


def rows(name, count):
    words = np.fromfile(folder / name, np.uint8).reshape(-1, (positions + 31) // 32 * 4)[:count]
    return [np.unpackbits(row, bitorder="little", count=positions).astype(bool).reshape(samples, -1) for row in words]


masks, units = rows("masks.bin", None), rows("units.bin", wanted)


def say(**what):
    print(json.dumps(what), flush=True)


def timed(work):
    """CPU seconds; what the peers print is kept from our own lines."""
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = work()
    return time.process_time() - started, result


def compexp():
    """The search for sentence features of compexp, which is the one for states: NumPy, plain beam."""
    code = clone / "nli" / "code"
    sys.path.insert(0, str(code))
    # What it imports for its own models and reports, and does not need here.
    for name in ("onmt", "onmt.opts", "onmt.utils", "onmt.utils.parse", "pandas", "vis", "data", "data.snli", "data.analysis"):
        sys.modules[name] = MagicMock()
    import pyparsing

    # Renamed since, as operator_precedence had been.
    pyparsing.operatorPrecedence = pyparsing.infix_notation
    with contextlib.redirect_stdout(io.StringIO()):
        import settings
    with tempfile.NamedTemporaryFile("w", suffix=".vec") as empty:
        settings.VECPATH = empty.name
        import analyze
    settings.BEAM_SIZE, settings.MAX_FORMULA_LENGTH, settings.MIN_ACTS = beam, length, 1
    analyze.OPS["lemma"] = []
    acts = np.stack([unit[:, 0] for unit in units], 1)
    analyze.GLOBALS.update(acts=acts, feats=np.stack([mask[:, 0] for mask in masks], 1), dataset=None)
    say(preparation=0.0)
    for unit in range(len(units)):
        seconds, found = timed(lambda unit=unit: analyze.compute_best_sentence_iou((unit,)))
        say(seconds=seconds, iou=float(found["best"][1]))


def clustered():
    """vanilla, mmesh, beam_optimal and optimal of La Rosa and Gilpin 2026: PyTorch."""
    sys.path.insert(0, str(clone))
    # What its readers of data sets and its figures import, and the searches do not.
    for name in ("detectron2", "detectron2.data", "detectron2.data.dataset_mapper", "matplotlib", "matplotlib.pyplot"):
        sys.modules[name] = MagicMock()
    from src import settings
    from utils import compositional_utils, mask_utils

    class Settings(settings.Settings):
        def get_mask_shape(self):
            return (side, side)

    with tempfile.TemporaryDirectory() as cache:
        heuristic = "none" if peer == "vanilla" else peer
        config = Settings(
            model="resnet18", num_clusters=1, beam_limit=beam, heuristic=heuristic, length=length, layer="layer4",
            device=torch.device("cpu"), root_segmentations=cache, root_optimal_info=cache,
        )
        config.get_info_dir = lambda: cache
        flat = [torch.from_numpy(mask) for mask in masks]

        def prepare():
            info = mask_utils.get_masks_info(
                flat, config, bb_boxes=peer == "mmesh", areas=peer == "mmesh", inscribed=peer == "mmesh",
                quantities=peer in ("beam_optimal", "optimal"),
            )
            disjoint = None
            if peer in ("beam_optimal", "optimal"):
                disjoint = np.array([[not bool((a & b).any()) for b in flat] for a in flat])
            return info, disjoint

        seconds, (info, disjoint) = timed(prepare)
        say(preparation=seconds)
        for unit in units:
            fires = torch.from_numpy(unit)
            seconds, found = timed(
                lambda: compositional_utils.get_explanations(
                    flat, fires, heuristic=heuristic, config=config, segmentations_info=info, disjoint_info=disjoint,
                    length=length,
                )
            )
            say(seconds=seconds, iou=float(found[1]))


with torch.no_grad():
    compexp() if peer == "compexp" else clustered()
