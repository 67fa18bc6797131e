import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import {
  indexNotebook,
  indexPython,
  linkCode,
  loadPython,
  modelOfFile,
  placeAt,
  readProgram,
} from '../../../src/source/index.js';
import { projectRoot } from '../../support/sharedData.js';
import { codeFixture, modelOfLayers, placesText, programOf, programOfText } from './program.js';

const small: Parameters<typeof modelOfLayers>[0] = [
  ['conv1', 'Conv', 8],
  ['conv2', 'Conv', 16],
  ['fc', 'Gemm', 10],
];

const net = (name: string, width = 16) => `
class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3)
        self.conv2 = nn.Conv2d(8, ${width}, 3)
        self.fc = nn.Linear(${width}, 10)
`;

const link = (code: string, layers = small, modules?: { path: string; class: string }[]) =>
  linkCode(programOfText(code), modelOfLayers(layers, modules));

describe('places in training code', () => {
  before(loadPython);

  it('a class that the model does not use lists nothing, though its attributes have the same names', async () => {
    const structure = structureOf(await readModel(codeFixture('nested.current.onnx')));
    const { places } = linkCode(await programOf(codeFixture('blocks.py')), structure);
    const text = readFileSync(codeFixture('blocks.py'), 'utf8').split('\n');
    const unused = text.findIndex((line) => line.startsWith('class Unused')) + 1;
    assert.ok(places.length > 10);
    assert.deepEqual(
      places.filter(({ line }) => line >= unused),
      [],
    );
    const { places: byName } = link(`${net('Net')}${net('Other', 32)}`);
    assert.deepEqual(
      byName.map(({ line }) => line),
      [5, 6, 7],
    );
  });

  it('two classes that fit alike are both candidates', () => {
    const { places } = link(`${net('Net')}${net('Copy')}`);
    assert.deepEqual(placesText(places).length, 6);
    // The file of the model says which.
    const { places: known } = link(`${net('Net')}${net('Copy')}`, small, [{ path: '', class: '__main__.Copy' }]);
    assert.deepEqual(placesText(known), ['12:14 conv1 → conv1', '13:14 conv2 → conv2', '14:14 fc → fc']);
  });

  it('half-typed code keeps its places', () => {
    const { places } = link(
      `${net('Net')}\n    def forward(self, x):\n        x = self.conv2(self.conv1(\n        return self.\n\ndef train(`,
    );
    assert.deepEqual(placesText(places), ['5:14 conv1 → conv1', '6:14 conv2 → conv2', '7:14 fc → fc']);
    assert.deepEqual(
      placesText(places, 'use').filter((use) => use.startsWith('10')),
      ['10:18 conv2 → conv2', '10:29 conv1 → conv1'],
    );
  });

  it('a statement that is being typed takes none of the others away', () => {
    for (const typed of [
      'self.new = nn.Conv2d(',
      'self.',
      'self.new =',
      'self.new = nn.Sequential(nn.Linear(3, 4), nn.',
      'self.x = nn.Linear("',
    ]) {
      const code = net('Net').replace('        self.conv2', `        ${typed}\n        self.conv2`);
      const { places } = link(
        `${code}\n    def forward(self, x):\n        return self.fc(self.conv2(self.conv1(x)))\n`,
      );
      assert.deepEqual(placesText(places), ['5:14 conv1 → conv1', '7:14 conv2 → conv2', '8:14 fc → fc'], typed);
      assert.equal(places.filter(({ kind }) => kind === 'use').length, 3, typed);
    }
  });

  it('branches that the model decides', () => {
    const { places } = link(
      `
class Net(nn.Module):
    def __init__(self, kind):
        if kind == "conv":
            self.body = nn.Conv2d(3, 4, 1)
        else:
            self.body = nn.Linear(3, 4)
        layers = [nn.Linear(4, 4)]
        if kind:
            layers.append(nn.Dropout(0.5))
        else:
            layers.append(nn.Tanh())
        layers.append(nn.Linear(4, 2))
        self.tail = nn.Sequential(*layers)
`,
      [
        ['body', 'Gemm', 4],
        ['tail.0', 'Gemm', 4],
        ['tail.2', 'Gemm', 2],
      ],
    );
    assert.deepEqual(placesText(places), [
      '7:18 body → body',
      '8:19 nn.Linear → tail.0',
      '13:23 nn.Linear → tail.2',
      '14:14 tail → tail.0, tail.2',
    ]);
  });

  it('uses through loops, indices, strings, and names that stand for the model', () => {
    const { places } = link(
      `
class Block(nn.Module):
    def __init__(self):
        self.conv = nn.Conv2d(4, 4, 1)
        self.act = nn.ReLU()

class Net(nn.Module):
    def __init__(self):
        self.blocks = nn.ModuleList([Block() for _ in range(3)])

    def forward(self, x):
        for i, block in enumerate(self.blocks):
            x = block.act(block.conv(x))
        return self.blocks[-1].conv(x)

def freeze(network, layer: str):
    network.blocks[0].conv.requires_grad_(False)

model = Net().to(device)
freeze(model, "x")
print(model.get_submodule("blocks.1").conv, other.blocks[0].conv)
`,
      [0, 1, 2].flatMap((i): typeof small => [
        [`blocks.${i}.conv`, 'Conv', 4],
        [`blocks.${i}.act`, 'Relu', 4],
      ]),
    );
    const all = [0, 1, 2].flatMap((i) => [`blocks.${i}.conv`, `blocks.${i}.act`]).join(', ');
    const convs = 'blocks.0.conv, blocks.1.conv, blocks.2.conv';
    assert.deepEqual(placesText(places, 'use'), [
      `12:40 blocks → ${all}`,
      '13:23 act → blocks.0.act, blocks.1.act, blocks.2.act',
      `13:33 conv → ${convs}`,
      `14:21 blocks → ${all}`,
      '14:32 conv → blocks.2.conv',
      `17:13 blocks → ${all}`,
      '17:23 conv → blocks.0.conv',
      '21:28 blocks.1 → blocks.1.conv, blocks.1.act',
      '21:39 conv → blocks.1.conv',
    ]);
  });

  it('a helper and a block of another file, with their places there', () => {
    const program = programOfText(
      'from parts.blocks import *\nclass Net(nn.Module):\n  def __init__(self):\n    self.body = stack(Cell, 2)\n',
      {
        'parts/blocks.py':
          'from torch import nn\nclass Cell(nn.Module):\n  def __init__(self):\n    self.fc = nn.Linear(4, 4)\ndef stack(cell, n):\n  return nn.Sequential(*[cell() for _ in range(n)])\n',
      },
    );
    const { places, definitions } = linkCode(
      program,
      modelOfLayers([
        ['body.0.fc', 'Gemm', 4],
        ['body.1.fc', 'Gemm', 4],
      ]),
    );
    assert.deepEqual(placesText(places), ['4:10 body → body.0.fc, body.1.fc']);
    assert.deepEqual(placesText(definitions.get('parts/blocks.py')!), [
      '4:10 fc → body.0.fc, body.1.fc',
      '6:26 cell → body.0.fc, body.1.fc',
    ]);
  });

  it('imports are read as far as they lie in the workspace', async () => {
    const asked: string[] = [];
    const files: Record<string, string> = {
      '/home/ada/net/model.py':
        'from .blocks import Block\nimport torch, numpy as np\nfrom common.heads import (\n  Head,\n)\n',
      '/home/ada/net/blocks.py': 'from . import layers\n',
      '/home/ada/net/layers.py': 'from .model import Net\n',
      '/home/ada/common/heads.py': '',
    };
    const { files: read } = await readProgram(
      '/home/ada/net/model.py',
      indexPython(files['/home/ada/net/model.py']),
      (file) => {
        asked.push(file);
        return Promise.resolve(file in files ? indexPython(files[file]) : null);
      },
    );
    assert.deepEqual([...read.keys()].sort(), Object.keys(files).sort());
    assert.ok(asked.every((file) => !/torch|numpy/.test(file)));
  });

  it('lines that the model states are found again after the file was edited, and only if they say the same', async () => {
    const file = path.join(projectRoot, 'media/sample/policy/train.py');
    const structure = structureOf(await readModel(path.join(projectRoot, 'media/sample/policy/policy.onnx')));
    const text = readFileSync(file, 'utf8');
    const moved = text.replace('class Policy', `${'# later\n'.repeat(30)}class Policy`);
    const { places } = linkCode({ file, files: new Map([[file, indexPython(moved)]]) }, structure);
    const use = placeAt(places, 48 + 30, 34);
    assert.deepEqual([use?.text, use?.kind, use?.certainty], ['fc1', 'use', 'exact']);
  });

  it('a function is a use of the module whose code it is in, where the model states its line', async () => {
    const structure = structureOf(await readModel(codeFixture('nested.current.onnx')));
    const { places } = linkCode(await programOf(codeFixture('blocks.py')), structure);
    const tanh = places.find(({ text }) => text === 'tanh');
    assert.deepEqual([tanh?.line, tanh?.kind, tanh?.certainty, tanh?.tensors.length], [32, 'use', 'exact', 7]);
    assert.ok(tanh?.layers.includes('towers.1.1'));
  });

  it('notebooks: places by cell, magics passed over', () => {
    const cells = [
      ['from torch import nn\n', '%time 1\n'],
      net('Net').split(/(?<=\n)/),
      ['!pip install (\n', 'model = Net()\n', 'model.fc\n'],
    ];
    const json = JSON.stringify({ cells: cells.map((source) => ({ cell_type: 'code', source })) });
    const index = indexNotebook(json, 'net.ipynb');
    const { places } = linkCode({ file: 'net.ipynb', files: new Map([['net.ipynb', index]]) }, modelOfLayers(small));
    assert.deepEqual(
      places.map(({ cell, line, text, kind }) => [cell, line, text, kind]),
      [
        [2, 5, 'conv1', 'definition'],
        [2, 6, 'conv2', 'definition'],
        [2, 7, 'fc', 'definition'],
        [3, 3, 'fc', 'use'],
      ],
    );
    assert.equal(placeAt(places, 5, 15, 2)?.text, 'conv1');
    assert.equal(placeAt(places, 5, 15, 1), null);
  });
});

describe('which model belongs to a file', () => {
  before(loadPython);
  const structure = modelOfLayers(small);
  const stranger = modelOfLayers([['encoder.layer', 'Gemm', 3]]);
  const choose = (code: string, models: Record<string, typeof structure>) =>
    modelOfFile(
      { file: 'src/net.py', files: new Map([['src/net.py', indexPython(code)]]) },
      Object.entries(models).map(([name, one]) => ({ path: name, structure: one })),
    );

  it('one whose metadata name lines of the file', () => {
    const stated = {
      ...structure,
      layers: structure.layers.map((layer) => ({
        ...layer,
        stack: [{ file: 'net.py', line: 3, code: 'x = self.fc(x)' }],
      })),
    };
    const code = 'x = 1\nx = self.fc(x)\nexport("named.onnx")\n';
    assert.deepEqual(choose(code, { 'out/named.onnx': structure, 'out/stated.onnx': stated }), {
      model: 'out/stated.onnx',
      evidence: 'source lines',
    });
    // Another file of that name has other lines.
    assert.equal(choose('y = 2\n', { 'out/stated.onnx': stated }), null);
  });

  it('one that the code names', () => {
    const models = { 'src/other.onnx': structure, 'out/net_v3.onnx': structure };
    const code = `${net('Net')}torch.onnx.export(Net(), x, f"out/net_v{version}.onnx")\n`;
    assert.deepEqual(choose(code, models), { model: 'out/net_v3.onnx', evidence: 'export call' });
  });

  it('one in the same folder whose layers the code makes; none that lies there by chance', () => {
    assert.deepEqual(choose(net('Net'), { 'src/a.onnx': stranger, 'src/b.onnx': structure, 'out/c.onnx': structure }), {
      model: 'src/b.onnx',
      evidence: 'folder',
    });
    assert.equal(choose('import numpy\n', { 'src/b.onnx': structure }), null);
    assert.equal(choose(net('Net'), {}), null);
  });

  it('the one that the code explains best, whatever words of other models it mentions', () => {
    // A module is called as a word of the code that makes no module.
    const mentioned = modelOfLayers([...small, ['numpy', 'Gemm', 3]]);
    const code = `import numpy\n${net('Net')}`;
    assert.equal(choose(code, { 'src/a.onnx': mentioned, 'src/b.onnx': structure })?.model, 'src/b.onnx');
    const checkpoints = Object.fromEntries([3, 2, 1].map((epoch) => [`src/epoch${epoch}.onnx`, modelOfLayers(small)]));
    assert.equal(choose(code, { 'src/a.onnx': mentioned, ...checkpoints })?.model, 'src/epoch1.onnx');
    assert.equal(choose(`${code}save("epoch2.onnx")`, { 'src/a.onnx': mentioned, ...checkpoints })?.model, 'src/epoch2.onnx'); // prettier-ignore
  });
});
