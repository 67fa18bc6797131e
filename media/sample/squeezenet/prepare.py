"""Makes photos/ from scikit-image's sample pictures, and labels.txt from a JSON of ImageNet's class names.

    python prepare.py FOLDER labels.json

FOLDER holds astronaut.png, camera.png, chelsea.png, coffee.png, motorcycle_left.png and rocket.jpg as they lie in
scikit-image's data folder (see ../README.md for where both come from).
"""

import json
import sys
from collections import Counter
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
PHOTOS = {
    "astronaut": "astronaut.png",
    "camera": "camera.png",
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "motorcycle": "motorcycle_left.png",
    "rocket": "rocket.jpg",
}
LONGEST, LARGEST = 512, 60_000


def save(picture, file):
    """As good a JPEG as `LARGEST` bytes hold."""
    for quality in range(92, 50, -2):
        picture.save(file, quality=quality, optimize=True)
        if file.stat().st_size <= LARGEST:
            return quality
    raise ValueError(f"{file} does not fit")


def main():
    (HERE / "photos").mkdir(exist_ok=True)
    for name, source in PHOTOS.items():
        picture = Image.open(Path(sys.argv[1]) / source)
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        print(name, picture.size, picture.mode, "quality", save(picture, HERE / "photos" / f"{name}.jpg"))

    names = json.loads(Path(sys.argv[2]).read_text())
    names = [names[str(index)] for index in range(1000)]
    # The first of the synonyms, as long as it says which class is meant.
    first = [name.split(", ")[0] for name in names]
    often = Counter(first)
    names = [short if often[short] == 1 else name for short, name in zip(first, names)]
    # Two classes share their one name.
    names[134], names[517] = "crane (bird)", "crane (machine)"
    assert len(set(names)) == 1000, [name for name, n in Counter(names).items() if n > 1]
    (HERE / "labels.txt").write_text("".join(name + "\n" for name in names))


if __name__ == "__main__":
    main()
