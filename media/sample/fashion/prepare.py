"""Splits 5,000 labelled Fashion-MNIST pictures into 4,000 to train with (train.npz) and 1,000 to look at (pictures/).

    python prepare.py fashion_val_5000.npz

The .npz holds `val_set` (5000 x 28 x 28, uint8) and `targets` (5000). The 1,000 are 100 of each class, chosen by a fixed seed.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
# In the order of the labels. "T-shirt/top" is "t-shirt" here, since the names are folders.
CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]


def main():
    source = np.load(sys.argv[1])
    pictures, labels = source["val_set"], source["targets"].astype(np.uint8)
    random = np.random.default_rng(0)
    test = np.concatenate([random.choice(np.flatnonzero(labels == c), 100, replace=False) for c in range(len(CLASSES))])
    for c, name in enumerate(CLASSES):
        folder = HERE / "pictures" / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, index in enumerate(sorted(test[labels[test] == c]), start=1):
            Image.fromarray(pictures[index]).save(folder / f"{number:04d}.png", optimize=True)
    (HERE / "labels.txt").write_text("".join(name + "\n" for name in CLASSES))
    train = np.setdiff1d(np.arange(len(labels)), test)
    np.savez_compressed(HERE / "train.npz", pictures=pictures[train], labels=labels[train])


if __name__ == "__main__":
    main()
