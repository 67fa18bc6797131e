"""Small networks with random weights, one for each shape of architecture that maps and gradients must be right for.

`target` is the layer that maps are drawn of. `build(name)` gives the same weights every time: it draws them from a fixed seed, and then the running statistics, scales
and shifts of the normalisations, which PyTorch's defaults would leave at 0 and 1.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Two convolutions and the way around them, which is a convolution itself where the size changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.down = None
        if stride != 1 or inputs != outputs:
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.down is None else self.down(x)))


class Residual(nn.Module):
    """As ResNet: pools that overlap and are padded, batch norm, sums."""

    input = (3, 45, 37)
    target = "layer2"

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.layer1 = Block(8, 8, 1)
        self.layer2 = Block(8, 16, 2)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, middle):
        super().__init__()
        self.reduce = nn.Conv2d(channels, middle, 1)
        self.expand = nn.Conv2d(middle, channels, 1)

    def forward(self, x):
        gate = self.expand(F.relu(self.reduce(F.adaptive_avg_pool2d(x, 1))))
        return x * F.hardsigmoid(gate)


class Inverted(nn.Module):
    def __init__(self, inputs, middle, outputs, kernel, stride, activation):
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(inputs, middle, 1, bias=False), nn.BatchNorm2d(middle), activation())
        self.depthwise = nn.Sequential(
            nn.Conv2d(middle, middle, kernel, stride, kernel // 2, groups=middle, bias=False),
            nn.BatchNorm2d(middle),
            activation(),
        )
        self.excite = SqueezeExcite(middle, 4)
        self.project = nn.Sequential(nn.Conv2d(middle, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.skips = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.excite(self.depthwise(self.expand(x))))
        return x + y if self.skips else y


class Depthwise(nn.Module):
    """As MobileNetV3 and EfficientNet: depthwise convolutions, squeeze and excite, hard and soft swish, ReLU6."""

    input = (3, 41, 33)
    target = "head"

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.block1 = Inverted(8, 16, 8, 3, 1, nn.ReLU6)
        self.block2 = Inverted(8, 20, 12, 5, 2, nn.Hardswish)
        self.head = nn.Sequential(nn.Conv2d(12, 24, 1, bias=False), nn.BatchNorm2d(24), nn.SiLU())
        self.classifier = nn.Sequential(nn.Linear(24, 16), nn.Hardswish(), nn.Linear(16, 6))

    def forward(self, x):
        x = self.head(self.block2(self.block1(self.stem(x))))
        return self.classifier(x.mean((2, 3)))


class Concatenating(nn.Module):
    """As Inception and DenseNet: branches side by side, pools in ceil mode, dilation, groups, log-probabilities."""

    input = (3, 38, 43)
    target = "act"

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.branch1 = nn.Conv2d(8, 6, 1)
        self.branch2 = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4)
        self.branch3 = nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Conv2d(8, 4, (1, 3), padding=(0, 1)))
        self.grow = nn.Conv2d(18, 8, 3, padding=1)
        self.shrink = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
        self.last = nn.Conv2d(26, 14, 1)
        self.act = nn.LeakyReLU(0.1)
        self.fc = nn.Linear(14, 5)

    def logits(self, x):
        x = self.pool(F.elu(self.stem(x)))
        x = torch.relu(torch.cat([self.branch1(x), self.branch2(x), self.branch3(x)], 1))
        x = self.shrink(torch.cat([x, torch.tanh(self.grow(x))], 1))
        x = self.act(self.last(x))
        return self.fc(F.adaptive_max_pool2d(x, 1).flatten(1) + x.mean((2, 3)))

    def forward(self, x):
        return F.log_softmax(self.logits(x), 1)


class Vgg(nn.Module):
    """As VGG: no shortcut, a head of several linear layers over all places, probabilities as the output."""

    input = (3, 32, 40)
    target = "features.9"

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 10, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(10, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Linear(12 * 4 * 5, 24), nn.ReLU(), nn.Dropout(), nn.Linear(24, 20), nn.ReLU(), nn.Linear(20, 5)
        )

    def logits(self, x):
        return self.classifier(self.features(x).flatten(1))

    def forward(self, x):
        return torch.softmax(self.logits(x), 1)


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 2 * width)
        self.fc2 = nn.Linear(2 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        x = x + self.proj(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Vit(nn.Module):
    """As ViT with registers: a class token and two registers before a grid of 4 × 4 patches."""

    input = (3, 32, 32)
    target = "blocks.1.norm1"

    def __init__(self):
        super().__init__()
        width = 24
        self.patch = nn.Conv2d(3, width, 8, stride=8)
        self.extra = nn.Parameter(torch.zeros(1, 3, width))
        self.place = nn.Parameter(torch.zeros(1, 16, width))
        self.blocks = nn.ModuleList([TransformerBlock(width, 3) for _ in range(2)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.place
        x = torch.cat([self.extra.expand(x.shape[0], -1, -1), x], 1)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class Unet(nn.Module):
    """As U-Net: down and up again by Resize (nearest, linear) and ConvTranspose, group norm; a class at each place."""

    input = (3, 24, 32)
    target = "down2"

    def __init__(self):
        super().__init__()
        self.enter = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.GroupNorm(4, 8), nn.SiLU())
        self.down1 = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1), nn.GroupNorm(3, 12), nn.SiLU())
        self.down2 = nn.Sequential(nn.Conv2d(12, 16, 4, 2, 1), nn.InstanceNorm2d(16, affine=True), nn.GELU())
        self.up2 = nn.ConvTranspose2d(16, 12, 4, 2, 1)
        self.mix2 = nn.Sequential(nn.Conv2d(24, 12, 3, padding=1), nn.GroupNorm(4, 12), nn.SiLU())
        self.narrow = nn.Conv2d(12, 8, 1)
        self.mix1 = nn.Sequential(nn.Conv2d(16, 8, 3, padding=1), nn.PReLU(8))
        self.aside = nn.Conv2d(16, 4, 1)
        self.head = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        a = self.enter(x)
        b = self.down1(a)
        c = self.down2(b)
        y = self.mix2(torch.cat([self.up2(c), b], 1))
        y = F.interpolate(self.narrow(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        y = self.head(self.mix1(torch.cat([y, a], 1)))
        return y + F.interpolate(self.aside(c), scale_factor=4.0, mode="nearest")


networks = {
    "residual": Residual,
    "depthwise": Depthwise,
    "concatenating": Concatenating,
    "vgg": Vgg,
    "vit": Vit,
    "unet": Unet,
}


def build(name):
    torch.manual_seed(1 + list(networks).index(name))
    network = networks[name]().eval()
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            # Larger than PyTorch's default, whose activations fade from layer to layer.
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.1)
        if isinstance(module, (nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm2d)):
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.3)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
    for own in ("extra", "place"):
        if hasattr(network, own):
            nn.init.normal_(getattr(network, own), std=0.5)
    return network


def inputs(name, samples=2):
    """Blobs of several sizes, so that maps have something to follow; samples × 3 × height × width."""
    channels, height, width = networks[name].input
    random = torch.Generator().manual_seed(101 + list(networks).index(name))
    total = torch.zeros(samples, channels, height, width)
    for size in (3, 7, 15):
        coarse = torch.randn(samples, channels, size, size, generator=random)
        total += F.interpolate(coarse, (height, width), mode="bicubic")
    return total
