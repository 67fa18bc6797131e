import assert from 'node:assert/strict';
import path from 'node:path';
import { type OnnxModel, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { type CodeLink, linkCode, loadPython } from '../../../src/source/index.js';
import { codeFixture, programOf } from './program.js';

/**
 * Which name is found by which evidence: export, node, what is known of it, module, certainty, where it is made. The evidence
 * is held too: by what stands before the comma alone the module is found, and without it it is not.
 */
const table = `
nested.current    | node_Conv_79       | weight's name, for the scope is that of the folded norm | stem.0         | exact | blocks.py:12 nn.Conv2d
nested.current    | node_relu          | scope                                                   | stem.2         | exact | blocks.py:14 nn.ReLU
nested.current    | node_conv2d_2      | scope or weight's name                                  | layer1.0.conv2 | exact | blocks.py:24 conv2
nested.current    | node_linear        | scope or weight's name                                  | head.0         | exact | nested.py:10 nn.Linear
nested.current-training | node_Conv_63 | weight's name, for the norm is folded in training mode too | stem.0      | exact | blocks.py:12 nn.Conv2d
nested.current-training | node_relu_9  | scope                                                   | tail.0.0.2     | exact | blocks.py:14 nn.ReLU
nested.current-training | node_conv2d_8 | scope or weight's name                                 | layer2.0.gate  | exact | blocks.py:40 gate
nested.current-unoptimised | node_conv2d_2 | scope or weight's name                              | layer1.0.conv2 | exact | blocks.py:24 conv2
nested.script     | /stem/stem.0/Conv  | node's name, for the folded weight has none             | stem.0         | name  | blocks.py:12 nn.Conv2d
nested.script     | /layer1/layer1.1/shortcut/Conv | node's or weight's name                     | layer1.1.shortcut | name | blocks.py:26 shortcut
nested.script-training | /stem/stem.0/Conv | node's or weight's name, for no norm is folded      | stem.0         | name  | blocks.py:12 nn.Conv2d
containers.script | /mask/mask.0/Gemm  | weight's name, for the node lost the ModuleDict         | heads.mask.0   | name  | containers.py:33 nn.Linear
containers.script | /mask/mask.1/Softplus | node's name and its sibling's weight, for the node lost the ModuleDict | heads.mask.1 | name | containers.py:33 nn.Softplus
containers.script | /left/Gemm         | weight's name, for the node lost the ModuleDict         | towers.left    | name  | containers.py:35 nn.Linear
containers.current-training | node_linear_9 | scope or weight's name                              | heads.mask.0   | exact | containers.py:33 nn.Linear
shared.script     | /act_1/Elu         | node's name without its count                           | act            | name  | shared.py:22 act
shared.script     | /enc_1/Gemm        | node's or weight's name                                 | enc            | name  | shared.py:21 enc
shared.script     | /fc_μ/Gemm         | node's or weight's name, in its NFKC form               | fc_μ           | name  | shared.py:27 fc_µ
shared.current-training | node_Gemm_26 | scope, for the tied weight is that of another          | dec            | exact | shared.py:23 dec
attention.script  | /blocks.0/attn/qkv/MatMul | node's name, for the folded weight has none      | blocks.0.attn.qkv | name | attention.py:11 qkv
attention.script  | /rnn/GRU           | node's name                                             | rnn            | name  | attention.py:39 rnn
attention.current | node_MatMul_1      | scope, for the weight on three axes has no name         | embed          | exact | attention.py:36 embed
attention.current-training | node_layer_norm_3 | scope, for equal weights are merged             | blocks.1.norm2 | exact | attention.py:25 norm2
attention.current-training | node_gru__1 | scope                                                 | rnn            | exact | attention.py:39 rnn
reused.current    | node_MatMul_5      | scope, which counts the places of the list              | layers.1.up    | exact | reused.py:10 up
reused.current    | node_MatMul_18     | scope, which says by whom the trunk is called           | right.trunk.0  | exact | reused.py:35 nn.Linear
reused.current-training | node_MatMul_34 | scope, which counts the places of both lists          | stages.1.1.up  | exact | reused.py:10 up
reused.current    | node_linear_18     | scope, for the tied weight is transposed                | decoder        | exact | reused.py:39 decoder
reused.script     | /layers.0/up_4/MatMul | node's name without its count                        | layers.0.up    | name  | reused.py:10 up
reused.script     | /right/trunk/trunk.0/MatMul | node's name                                    | right.trunk.0  | name  | reused.py:35 nn.Linear
reused.script     | /decoder/MatMul    | node's name, for the tied weight is transposed          | decoder        | name  | reused.py:39 decoder
`
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((part) => part.trim()));

type Kind = 'scope' | 'weight' | 'node';
const kinds: Kind[] = ['scope', 'weight', 'node'];

/** The model as an exporter would have written it that leaves out some of what says where nodes come from. */
function without(model: OnnxModel, lost: ReadonlySet<Kind>): OnnxModel {
  const { graph } = model;
  const renamed = new Map([...graph.initializers.keys()].map((name, i) => [name, `onnx::${i}`]));
  const name = (tensor: string) => (lost.has('weight') ? renamed.get(tensor) : undefined) ?? tensor;
  return {
    ...model,
    graph: {
      ...graph,
      initializers: new Map([...graph.initializers].map(([key, tensor]) => [name(key), tensor])),
      nodes: graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(name),
        ...(lost.has('scope') ? { metadata: new Map<string, string>() } : {}),
        ...(lost.has('node') ? { name: '' } : {}),
      })),
    },
  };
}

/** Module by tensor. */
const modulesOf = (model: OnnxModel): Map<string, string | null> =>
  new Map(structureOf(model).layers.map(({ name, module }) => [name, module]));

describe('which name is found by which evidence', () => {
  const links = new Map<string, { model: OnnxModel; link: CodeLink; tensors: Map<string, string> }>();
  before(async () => {
    await loadPython();
    for (const name of new Set(table.map(([fixture]) => fixture))) {
      const model = await readModel(codeFixture(`${name}.onnx`));
      const structure = structureOf(model);
      links.set(name, {
        model,
        link: linkCode(await programOf(codeFixture(`${name.split('.')[0]}.py`)), structure),
        tensors: new Map(structure.layers.map(({ node, name: tensor }) => [node, tensor])),
      });
    }
  });

  for (const [name, node, evidence, module, certainty, expected] of table)
    it(`${name}: ${node} is ${module}, by its ${evidence}`, () => {
      const { model, link, tensors } = links.get(name)!;
      const tensor = tensors.get(node);
      assert.ok(tensor, [...tensors.keys()].join(' '));
      assert.equal(modulesOf(model).get(tensor), module);
      const made = [...link.definitions].flatMap(([file, list]) =>
        list
          .filter(({ layers }) => layers.includes(module))
          .map((place) => ({ ...place, at: `${path.basename(file)}:${place.line} ${place.text}` })),
      );
      const place = made.find(({ at }) => at === expected);
      assert.ok(place, `${expected} is not among ${made.map(({ at }) => at).join(', ')}`);
      assert.equal(place.certainty, certainty);

      const [words] = evidence.split(',');
      const named = kinds.filter((kind) => words.includes(kind));
      const others = kinds.filter((kind) => !named.includes(kind));
      assert.notEqual(modulesOf(without(model, new Set(named))).get(tensor), module, 'is found without it too');
      // Either of two, or both together.
      for (const alone of words.includes(' or ') ? named.map((kind) => kinds.filter((one) => one !== kind)) : [others])
        assert.equal(modulesOf(without(model, new Set(alone))).get(tensor), module, `without ${alone.join(' and ')}`);
    });
});
