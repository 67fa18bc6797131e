"""Maps by pytorch-grad-cam, and Smooth Grad-CAM++ by torch-cam, of the networks in ../networks.

    pip install torch grad-cam torchcam onnx onnxruntime
    python make.py

NAME.npz holds for each method `METHOD.raw` (2 samples, before ReLU, scaling and resizing) and `METHOD.map` (finished, the
first sample alone; `.negated` where the sign is arbitrary), with variants behind a dot. Everything is drawn for class 1, but for `METHOD.best`. layers.json says
by exporter which tensors are the layers.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from pytorch_grad_cam import (
    FEM, AblationCAM, EigenCAM, EigenGradCAM, FullGrad, GradCAM, GradCAMElementWise, GradCAMPlusPlus, HiResCAM, KPCA_CAM,
    LayerCAM, ScoreCAM, XGradCAM,
)
from pytorch_grad_cam.ablation_layer import AblationLayerVit
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget, SemanticSegmentationTarget
from torchcam.methods import SmoothGradCAMpp

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "networks"))
from networks import build, inputs, networks  # noqa: E402

# A second layer, earlier and larger, whose map is averaged with the first one's.
EARLIER = {
    "residual": "stem.2", "depthwise": "stem", "concatenating": "stem", "vgg": "features.6", "vit": "blocks.0.norm2",
    "unet": "enter",
}
METHODS = {
    "gradcam": GradCAM, "gradcam++": GradCAMPlusPlus, "xgradcam": XGradCAM, "layercam": LayerCAM, "hirescam": HiResCAM,
    "gradcamelementwise": GradCAMElementWise, "eigencam": EigenCAM, "eigengradcam": EigenGradCAM, "scorecam": ScoreCAM,
    "ablationcam": AblationCAM, "kpcacam": KPCA_CAM, "fem": FEM,
}
EIGEN_SMOOTHED = ["gradcam", "layercam", "hirescam", "gradcamelementwise", "scorecam"]
# The same in a mirror, so that augmentation, which mirrors the picture alone, leaves it where it is.
REGION = (slice(5, 17), slice(5, 27))


class Logits(torch.nn.Module):
    """The network without its softmax: pytorch-grad-cam takes the score as the network gives it."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network.logits(x)


def grid(tokens):
    """Vit's tokens without the class token and the registers, as channels × 4 × 4."""
    return tokens[:, 3:].reshape(tokens.shape[0], 4, 4, -1).permute(0, 3, 1, 2)


def target(name, category):
    if name != "unet":
        return ClassifierOutputTarget(category)
    mask = np.zeros(networks[name].input[1:], np.float32)
    mask[REGION] = 1
    return SemanticSegmentationTarget(category, mask)


def draw(method, name, scored, layers, x, targets, **options):
    """Raw and finished maps. AblationCAM replaces the layer, so it is given the network anew each time."""
    extra = {"reshape_transform": grid} if name == "vit" and method is not FullGrad else {}
    if method is AblationCAM and name == "vit":
        extra["ablation_layer"] = AblationLayerVit()
    with method(scored, layers, **extra) as cam:
        raw = []
        if method is not FullGrad:
            image = cam.get_cam_image
            cam.get_cam_image = lambda *args: raw.append(image(*args)) or raw[-1]
        finished = cam(x, targets, **options)
    return (raw[0].astype(np.float32) if raw else None), finished.astype(np.float32)


def smooth_plus_plus(name, scored, layer, x, found):
    """torch-cam draws its own noise; it is kept, so that the weights can be computed from the same."""
    extra = {"reshape_transform": grid} if name == "vit" else {}
    torch.manual_seed(5)
    with SmoothGradCAMpp(scored, layer, input_shape=networks[name].input, **extra) as cam:
        noise = []
        sample = cam._distrib.sample
        cam._distrib.sample = lambda size: noise.append(sample(size)) or noise[-1]
        scored(x)
        weights = cam._get_weights([1] * len(x), None)[0]
    found["smoothgradcam++.noise"] = torch.stack(noise).numpy()
    found["smoothgradcam++.weights"] = weights.detach().numpy()


def maps(name):
    network, x = build(name), inputs(name)
    scored = Logits(network) if hasattr(network, "logits") else network
    layer, earlier = network.get_submodule(network.target), network.get_submodule(EARLIER[name])
    ones = [target(name, 1)] * len(x)
    found = {}

    def keep(key, method, layers=(layer,), targets=ones, whole=scored, **options):
        raw, finished = draw(method, name, whole, list(layers), x, targets, **options)
        if raw is not None and "aug" not in key and "layers" not in key:
            found[f"{key}.raw"] = raw
        found[f"{key}.map"] = finished[:1]
        if method in (EigenCAM, EigenGradCAM) or options.get("eigen_smooth") and method is not FullGrad:
            # The projection's sign is LAPACK's: the other one is as good.
            size = x.shape[:1:-1]
            negated = scale_cam_image(scale_cam_image(np.maximum(-raw[:1], 0), size))
            found[f"{key}.negated"] = negated.astype(np.float32)

    for key, method in METHODS.items():
        keep(key, method)
    for key in EIGEN_SMOOTHED:
        keep(f"{key}.eigen", METHODS[key], eigen_smooth=True)
    if name == "unet":
        # It takes biases in the order of definition and gradients in that of the run, which have to be the same.
        network._modules["aside"] = network._modules.pop("aside")
    keep("fullgrad", FullGrad, ())
    keep("fullgrad.eigen", FullGrad, (), eigen_smooth=True)
    keep("gradcam.aug", GradCAM, aug_smooth=True)
    keep("gradcam.layers", GradCAM, (earlier, layer))
    if name == "unet":
        # As in its tutorial: the region where the network itself sees the class.
        with torch.no_grad():
            seen = network(x).argmax(1).numpy()
        keep("gradcam.seen", GradCAM, targets=[SemanticSegmentationTarget(1, np.float32(one == 1)) for one in seen])
    else:
        keep("gradcam.best", GradCAM, targets=None)
        if scored is not network:
            keep("gradcam.probability", GradCAM, whole=network)
        smooth_plus_plus(name, scored, layer, x, found)
    np.savez_compressed(HERE / f"{name}.npz", **found)
    return tensors(name, network, x, {"target": layer, "earlier": earlier})


def tensors(name, network, x, modules, folder=HERE.parent / "networks"):
    """Names of the tensors that hold what the modules give, in each exporter's file."""
    values = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, output, key=key: values.__setitem__(key, output.detach().numpy()))
        for key, module in modules.items()
    ]
    with torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    found = {}
    for exporter in ("dynamo", "torchscript"):
        model = onnx.load(folder / f"{name}.{exporter}.onnx")
        names = [output for node in model.graph.node for output in node.output if output]
        known = {output.name for output in model.graph.output}
        model.graph.output.extend(onnx.ValueInfoProto(name=output) for output in names if output not in known)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        given = dict(zip(names, session.run(names, {"input": x.numpy()})))
        found[exporter] = {
            key: next(
                output for output in reversed(names)
                if given[output].shape == value.shape and np.allclose(given[output], value, atol=1e-4)
            )
            for key, value in values.items()
        }
    return found


def main():
    torch.set_num_threads(1)
    found = {name: maps(name) for name in networks}
    (HERE / "layers.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
