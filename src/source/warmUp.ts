import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModelStructure } from '../shared/model.js';
import { linkCode } from './link.js';
import { loadPython } from './python/grammar.js';
import { indexPython } from './python/pythonIndex.js';

/** A little of everything that training code has: what it needs of the parser is compiled when it is parsed. */
const code = `"""A network."""
import math
from torch import nn

class Block(nn.Module):
    width: int = 8

    def __init__(self, width, *args, act=nn.ReLU, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(width, 2 * width, kernel_size=3, padding=(1, 1), bias=False)  # halves
        self.act = act(inplace=True) if width > 1 else nn.Tanh()

    def forward(self, x):
        return self.act(self.conv(x)) + x[:, -1] ** 2

class Net(nn.Module):
    def __init__(self, count=2):
        super().__init__()
        self.blocks = nn.ModuleList([Block(8) for i in range(count)])
        layers = [nn.Linear(8, 4)]
        for i in range(count):
            layers.append(nn.Linear(4, 4))
            layers += [nn.Dropout(0.5)]
        self.heads = nn.ModuleDict({"a": nn.Sequential(*layers), 'b': nn.Linear(8, 1)})
        setattr(self, f"last{count}", nn.Linear(4, 2))

    @property
    def size(self) -> int:
        return sum(p.numel() for p in self.parameters())

    def forward(self, x, *, flat: bool = True):
        for i, block in enumerate(self.blocks):
            x = block(x)
        if flat and not self.training or x is None:
            x = x.flatten(1)
        elif x.shape[0] >= 3:
            raise ValueError("three")
        else:
            x = -x
        try:
            return {name: head(x) for name, head in self.heads.items()}
        except (KeyError, ValueError) as error:
            print(f"{error!r:>10}", end='')

def train(net, data):
    optimiser, best = Adam(net.parameters(), lr=1e-3), None
    with no_grad() as context:
        while (loss := net(data)) > 0.5:
            loss.backward(); optimiser.step()
    assert best is None, lambda: 1
    del best

if __name__ == "__main__":
    net = Net().to("cpu")
    train(net, [1, 2.5, (3,)])
    torch.onnx.export(net, torch.zeros(1, 8), "net.onnx")
`;

const model: ModelStructure = {
  schema: 'onnxplain/1',
  inputs: [],
  outputs: [],
  opset: 17,
  producer: '',
  parameters: 0,
  layers: ['blocks.0.conv', 'blocks.1.conv', 'heads.a.0', 'heads.a.1', 'heads.b', 'last2'].map((module, i) => ({
    name: String(i),
    node: '',
    op: module.endsWith('conv') ? 'Conv' : 'Gemm',
    module,
    source: null,
    shape: null,
    units: null,
    unitAxis: null,
    parameters: 0,
  })),
};

/** What is used again is compiled better; later rounds bring little. */
const rounds = 3;

/**
 * Makes the first look at training code as quick as later ones: loads the grammar and reads a small network, so that parser
 * and interpreter are compiled before someone waits for them. Gives way to other work in between.
 */
export async function warmUp(): Promise<void> {
  await loadPython();
  const file = 'net.py';
  for (let round = 0; round < rounds; round++) {
    const index = indexPython(code);
    for (const { source } of index.chunks) {
      await nextTurn();
      source.statements.at(0);
    }
    await nextTurn();
    linkCode({ file, files: new Map([[file, index]]) }, model);
  }
}
