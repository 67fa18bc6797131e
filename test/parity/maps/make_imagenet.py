"""Maps by pytorch-grad-cam of SqueezeNet and MobileNetV2 with their published weights, of a picture of a dog and a cat.

    pip install torch grad-cam onnx onnxruntime pillow
    python make_imagenet.py DATA

DATA is the collection beside the project. Writes squeezenet.npz and mobilenetv2.npz: `METHOD.raw` for the classes 243
(bull mastiff) and 281 (tabby).
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image
from pytorch_grad_cam import AblationCAM, FullGrad, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from make import METHODS
from onnx_module import OnnxModule, key

HERE = Path(__file__).parent
# Model, tensor of the logits, tensor of the layer, and a layer near the input with few channels.
MODELS = {
    "squeezenet": ("squeezenet_fp32_DERIVED.onnx", "pool10_1", "conv10_2", "conv1_2"),
    "mobilenetv2": ("mobilenetv2_fp32_DERIVED.onnx", None, "627", "474"),
}


def picture(file):
    pixels = np.asarray(Image.open(file).convert("RGB"), np.float32) / 255
    assert pixels.shape == (224, 224, 3)
    scaled = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return torch.from_numpy(scaled.transpose(2, 0, 1)[None].astype(np.float32))


def maps(file, logits, layer, early, x):
    session = onnxruntime.InferenceSession(str(file))
    network = OnnxModule(file, logits or session.get_outputs()[0].name)
    with torch.no_grad():
        given = session.run(None, {network.input: x.numpy()})[0].reshape(1, -1)
        own = network(x)
        apart = np.abs((torch.softmax(own, 1) if logits else own).numpy() - given).max()
        assert apart < 1e-3, apart
    found = {}
    for method, make in METHODS.items():
        # One run a channel: of the early layer, where there are few.
        name = key(early if make in (ScoreCAM, AblationCAM) else layer)
        for category in (243, 281):
            # Ablation-CAM takes the layer's place by another, and finds it by what it is.
            with make(network, [network.nodes[name]]) as cam:
                raw = []
                image = cam.get_cam_image
                cam.get_cam_image = lambda *args: raw.append(image(*args)) or raw[-1]
                cam(x, [ClassifierOutputTarget(category)])
            found[f"{method}.{category}.raw"] = raw[0].astype(np.float32)
    with FullGrad(network, []) as cam:
        # At half the resolution, which is enough to compare.
        found["fullgrad.243.map"] = cam(x, [ClassifierOutputTarget(243)])[:, ::2, ::2].astype(np.float32)
    return found


def main(data):
    x = picture(data / "images" / "gradcam_both_dog_cat.png")
    for name, (file, *tensors) in MODELS.items():
        found = maps(data / "models" / "imagenet" / file, *tensors, x)
        np.savez_compressed(HERE / f"{name}.npz", **found)
        print(name, sorted(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
