import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModelStructure } from '../shared/model.js';
import { linkCode, placeAt } from './link.js';
import { modelOfFile } from './modelOfFile.js';
import { readProgram } from './program.js';
import { loadPython } from './python/grammar.js';
import { indexPython } from './python/pythonIndex.js';

/** A little of everything that training code has: what it needs of the parser and of the rest is compiled when it is read. */
const code = `"""A network."""
import math
import os.path as places
from torch import nn
from .helpers import width as w

SIZES = [8, 16]

class Block(nn.Module):
    width: int = 8

    def __init__(self, width, *args, act=nn.ReLU, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(width, 2 * width, kernel_size=3, padding=(1, 1), bias=False)  # halves
        self.act = act(inplace=True) if width > 1 else nn.Tanh()

    def forward(self, x):
        return self.act(self.conv(x)) + x[:, -1] ** 2

class Net(nn.Module):
    def __init__(self, count=2, size=64 // 2 % 24 - 1):
        super().__init__()
        self.blocks = nn.ModuleList([Block(8) for i in range(count)])
        layers = [nn.Linear(8, 4)]
        for i in range(count):
            layers.append(nn.Linear(4, 4))
            layers += [nn.Dropout(0.5)]
        layers.extend([nn.Flatten()])
        self.heads = nn.ModuleDict({"a": nn.Sequential(*layers), 'b': nn.Linear(8, 1)})
        parts = dict(c=nn.ReLU())
        # Names are put together.
        for name, part in parts.items():
            self.add_module("part_" + name, part)
        self.by_name = nn.Sequential(OrderedDict([("first", nn.Linear(4, 4)), ("then", parts.get("c"))]))
        setattr(self, f"last{count}", nn.Linear(4, 2))

    @property
    def size(self) -> int:
        return sum(p.numel() for p in self.parameters())

    def forward(self, x, *, flat: bool = True):
        for i, block in enumerate(self.blocks):
            x = block(x)
        for layer, name in zip(self.by_name, ["first", "then"]):
            x = F.relu(layer(x)) or self.blocks[0](x)
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
    history = {key: [] for key in ["loss", "right"]}
    for epoch in reversed(range(8)):
        for batch, (inputs, targets) in enumerate(zip(data, SIZES)):
            scale = 2 ** -len(history) / (1 + 0.5) + int(3.5) * 4 - 5 % 2
            outputs = F.softmax(net(inputs[:, None] / scale), dim=-1).clamp(1e-6, 1 - 1e-6)
            loss = F.nll_loss(torch.log(outputs), targets) + 0.1 * outputs.square().mean()
            history["loss"].append(loss.item())
            optimiser.param_groups[0]["lr"] = 1e-3 * (1 - len(history["loss"]) / 100)
        if (epoch + 1) % 5 == 0 and isinstance(net, Net):
            print(f"{epoch:3d} {net.heads.b(batch):.2f}", list(history), not best)
    assert best is None, lambda: 1
    del best
    return history

def main():
    net = Net(count=2).to("cpu")
    for name, values in train(net, [1, 2.5, (3,)]).items():
        print(name, [value for value in values if value > 0])
    net.eval()
    torch.onnx.export(net, torch.zeros(1, 8), "net.onnx")

if __name__ == "__main__":
    main()
`;

const modules: [path: string, op: string, className: string][] = [
  ['blocks.0.conv', 'Conv', 'Conv2d'],
  ['blocks.0.act', 'Relu', 'ReLU'],
  ['blocks.1.conv', 'Conv', 'Conv2d'],
  ['heads.a.0', 'Gemm', 'Linear'],
  ['heads.a.1', 'Gemm', 'Linear'],
  ['heads.b', 'Gemm', 'Linear'],
  ['by_name.first', 'Gemm', 'Linear'],
  ['last2', 'Gemm', 'Linear'],
];
const use = code.split('\n').findIndex((line) => line.includes('F.relu(layer'));

/** The network as one exporter leaves it, by names alone, and as another does, with its classes and lines. */
const models: ModelStructure[] = [false, true].map((isStated) => ({
  schema: 'onnxplain/1',
  inputs: [],
  outputs: [],
  opset: 17,
  producer: '',
  parameters: 0,
  layers: modules.map(([module, op], i) => ({
    name: String(i),
    node: '',
    op,
    module,
    source: null,
    shape: null,
    units: null,
    unitAxis: null,
    parameters: 0,
    ...(isStated ? { stack: [{ file: 'net.py', line: use + 1, code: code.split('\n')[use].trim() }] } : {}),
  })),
  ...(isStated
    ? {
        modules: [
          { path: '', class: 'net.Net' },
          { path: 'blocks.0', class: 'net.Block' },
          { path: 'blocks.1', class: 'net.Block' },
          ...modules.map(([path, , name]) => ({ path, class: `torch.nn.modules.${name}` })),
        ],
      }
    : {}),
}));

/** What is used again is compiled better; later rounds bring little. */
const rounds = 3;
/** As much code as a long file has is cut into parts once in each round. */
const copies = 20;

/**
 * Makes the first look at training code as quick as later ones: loads the grammar and reads a small network, so that parser
 * and interpreter are compiled before someone waits for them. Gives way to other work in between.
 */
export async function warmUp(): Promise<void> {
  await loadPython();
  const file = 'net.py';
  for (let round = 0; round < rounds; round++) {
    indexPython(code.repeat(copies));
    await nextTurn();
    const index = indexPython(code);
    for (const { source } of index.chunks) {
      await nextTurn();
      source.statements.at(0);
    }
    for (const structure of models) {
      await nextTurn();
      const program = await readProgram(file, index, () => Promise.resolve(null));
      modelOfFile(program, [
        { path: 'net.onnx', structure },
        { path: '../net.onnx', structure },
      ]);
      await nextTurn();
      const { places } = linkCode(program, structure);
      placeAt(places, use + 1, 1);
    }
  }
}
