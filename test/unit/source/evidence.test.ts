import assert from 'node:assert/strict';
import path from 'node:path';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { type CodeLink, linkCode, loadPython } from '../../../src/source/index.js';
import { codeFixture, programOf } from './program.js';

/** Which name was found by which evidence: export, node, what is known of it, module, certainty, where it is made. */
const table = `
nested.current    | node_Conv_79       | weight's name, for the scope is that of the folded norm | stem.0         | exact | blocks.py:12 nn.Conv2d
nested.current    | node_relu          | scope                                                   | stem.2         | exact | blocks.py:14 nn.ReLU
nested.current    | node_conv2d_2      | scope                                                   | layer1.0.conv2 | exact | blocks.py:24 conv2
nested.current    | node_linear        | scope                                                   | head.0         | exact | nested.py:10 nn.Linear
nested.script     | /stem/stem.0/Conv  | node's name, for the folded weight has none             | stem.0         | name  | blocks.py:12 nn.Conv2d
nested.script     | /layer1/layer1.1/shortcut/Conv | node's name                                 | layer1.1.shortcut | name | blocks.py:26 shortcut
containers.script | /mask/mask.0/Gemm  | weight's name, for the node lost the ModuleDict         | heads.mask.0   | name  | containers.py:33 nn.Linear
containers.script | /mask/mask.1/Softplus | sibling's weight, for the node lost the ModuleDict   | heads.mask.1   | name  | containers.py:33 nn.Softplus
containers.script | /left/Gemm         | weight's name, for the node lost the ModuleDict         | towers.left    | name  | containers.py:35 nn.Linear
shared.script     | /act_1/Elu         | node's name without its count                           | act            | name  | shared.py:22 act
shared.script     | /enc_1/Gemm        | weight's name                                           | enc            | name  | shared.py:21 enc
shared.script     | /fc_μ/Gemm         | node's name, by its NFKC form                           | fc_μ           | name  | shared.py:27 fc_µ
attention.script  | /blocks.0/attn/qkv/MatMul | node's name, for the folded weight has none      | blocks.0.attn.qkv | name | attention.py:11 qkv
attention.script  | /rnn/GRU           | node's name                                             | rnn            | name  | attention.py:39 rnn
attention.current | node_MatMul_1  | scope, for the weight on three axes has no name         | embed          | exact | attention.py:36 embed
`
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((part) => part.trim()));

describe('which name is found by which evidence', () => {
  const links = new Map<string, { link: CodeLink; nodes: Map<string, string | null> }>();
  before(async () => {
    await loadPython();
    for (const [name] of table) {
      const structure = structureOf(await readModel(codeFixture(`${name}.onnx`)));
      links.set(name, {
        link: linkCode(await programOf(codeFixture(`${name.split('.')[0]}.py`)), structure),
        nodes: new Map(structure.layers.map(({ node, module }) => [node, module])),
      });
    }
  });

  for (const [name, node, evidence, module, certainty, expected] of table)
    it(`${name}: ${node} is ${module}, by its ${evidence}`, () => {
      const { link, nodes } = links.get(name)!;
      assert.equal(nodes.get(node), module, [...nodes.keys()].join(' '));
      const made = [...link.definitions].flatMap(([file, list]) =>
        list
          .filter(({ layers }) => layers.includes(module))
          .map((place) => ({ ...place, at: `${path.basename(file)}:${place.line} ${place.text}` })),
      );
      const place = made.find(({ at }) => at === expected);
      assert.ok(place, `${expected} is not among ${made.map(({ at }) => at).join(', ')}`);
      assert.equal(place.certainty, certainty);
    });
});
