"""Trains a small residual network on Fashion-MNIST and exports it to ONNX.

    pip install torch numpy pillow onnx onnxscript
    python train.py                       # on the 4,000 pictures of train.npz
    python train.py --idx FOLDER          # on the 60,000 of the official train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz

writes fashion.onnx beside this file and says how many of the pictures in pictures/ it gets right. The seed is fixed.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
MEAN, STD = 0.286, 0.353
SEED = 0


class Block(nn.Module):
    """Two convolutions around which the input is carried and added."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU()

    def forward(self, x):
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu2(x + y)


class FashionNet(nn.Module):
    """28 x 28 greyscale pictures to the logits of ten classes."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.layer1 = Block(32)
        self.layer2 = nn.Sequential(
            nn.Conv2d(32, 64, 3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.layer3 = nn.Sequential(
            nn.Conv2d(64, 64, 3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = self.stem(x)
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.pool(x).flatten(1)
        return self.head(x)


def as_input(pictures):
    """uint8, N x 28 x 28, to float32, N x 1 x 28 x 28."""
    return (torch.as_tensor(pictures, dtype=torch.float32)[:, None] / 255 - MEAN) / STD


def read_npz(file):
    data = np.load(file)
    return data["pictures"], data["labels"]


def read_idx(folder):
    """The official files: a big-endian header of 16 (pictures) or 8 (labels) bytes, then one byte a value."""

    def read(name, header):
        plain = folder / name
        packed = folder / (name + ".gz")
        content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
        return np.frombuffer(content, np.uint8, offset=header)

    labels = read("train-labels-idx1-ubyte", 8)
    return read("train-images-idx3-ubyte", 16).reshape(len(labels), 28, 28), labels


def read_test():
    """The 1,000 pictures that training never sees."""
    files = [(file, label) for label, name in enumerate(CLASSES) for file in sorted((HERE / "pictures" / name).glob("*.png"))]
    return np.stack([np.asarray(Image.open(file)) for file, _ in files]), np.array([label for _, label in files])


def without(pictures, labels, unwanted):
    """Drops the pictures that are among the unwanted: some of the test pictures may lie in the official training set."""
    unwanted = {picture.tobytes() for picture in unwanted}
    kept = [i for i, picture in enumerate(pictures) if picture.tobytes() not in unwanted]
    return pictures[kept], labels[kept]


def augmented(x):
    """Each picture mirrored or not, and moved by up to two pixels."""
    mirrored = torch.rand(len(x)) < 0.5
    x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
    down, right = torch.randint(0, 5, (2, len(x)))
    black = (0 - MEAN) / STD
    padded = F.pad(x, (2, 2, 2, 2), value=black)
    rows = (down[:, None] + torch.arange(28))[:, None, :, None]
    columns = (right[:, None] + torch.arange(28))[:, None, None, :]
    return padded[torch.arange(len(x))[:, None, None, None], 0, rows, columns]


def train(network, x, y, epochs, batch=64):
    steps = -(-len(x) // batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=5e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=epochs * steps)
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch):
            loss = F.cross_entropy(network(augmented(x[rows])), y[rows], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1:2d}  loss {total / len(x):.3f}", flush=True)


@torch.no_grad()
def accuracy(network, x, y):
    network.eval()
    return (network(x).argmax(1) == y).float().mean().item()


def export(network, file):
    torch.onnx.export(
        network,
        (torch.zeros(2, 1, 28, 28),),
        file,
        input_names=["image"],
        output_names=["logits"],
        dynamic_shapes={"x": {0: torch.export.Dim("batch")}},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    make_paths_relative(file)


def make_paths_relative(file):
    """The exporter notes for every node the lines of Python it comes from, by absolute path.

    The lines of this script are kept, under its bare name, so that an editor can lead from a layer to its line; PyTorch's own
    are dropped. What is left says nothing of the machine that trained the model.
    """
    model = onnx.load(file)
    for node in model.graph.node:
        for entry in node.metadata_props:
            if entry.key == "pkg.torch.onnx.stack_trace":
                frames = entry.value.split("File ")
                own = [frame.rstrip() for frame in frames if frame.startswith(f'"{__file__}"')]
                entry.value = "\n  ".join("File " + frame.replace(__file__, Path(__file__).name) for frame in own)
    onnx.save(model, file)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--idx", type=Path)
    options.add_argument("--epochs", type=int)
    options = options.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)

    test_pictures, test_labels = read_test()
    pictures, labels = read_idx(options.idx) if options.idx else read_npz(HERE / "train.npz")
    pictures, labels = without(pictures, labels, test_pictures)
    network = FashionNet()
    epochs = options.epochs or (10 if options.idx else 30)
    train(network, as_input(pictures), torch.as_tensor(labels, dtype=torch.long), epochs)
    test = accuracy(network, as_input(test_pictures), torch.as_tensor(test_labels))
    print(f"{len(pictures):,} training pictures; {test:.1%} of the {len(test_labels):,} test pictures are right")
    export(network, HERE / "fashion.onnx")


if __name__ == "__main__":
    main()
