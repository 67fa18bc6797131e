import assert from 'node:assert/strict';
import { findLayer, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import type { ModelStructure } from '../../../src/shared/model.js';
import { UserError } from '../../../src/shared/userError.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';

const scopes = (...names: string[]): Record<string, string> => ({
  'pkg.torch.onnx.name_scopes': `[${names.map((name) => `'${name}'`).join(', ')}]`,
});

describe('a layer by its name', () => {
  const folder = temporaryFolder();
  let structure: ModelStructure;

  before(async () => {
    const content = modelBytes({
      nodes: [
        {
          op: 'Conv',
          in: ['x', 'K'],
          out: ['conv2d'],
          name: 'node_conv',
          metadata: scopes('', 'layer1', 'layer1.conv', 'conv2d'),
        },
        {
          op: 'Relu',
          in: ['conv2d'],
          out: ['relu'],
          name: 'node_relu',
          metadata: scopes('', 'layer1', 'layer1.act', 'relu'),
        },
        {
          op: 'Conv',
          in: ['relu', 'K'],
          out: ['conv2d_1'],
          name: 'node_conv_1',
          metadata: scopes('', 'layer2', 'layer2.conv', 'c'),
        },
        { op: 'Add', in: ['conv2d_1', 'relu'], out: ['add'], name: 'node_add', metadata: scopes('', 'layer2', 'add') },
        {
          op: 'Relu',
          in: ['add'],
          out: ['relu_1'],
          name: 'node_relu_1',
          metadata: scopes('', 'layer1', 'layer1.act', 'relu_1'),
        },
        { op: 'Concat', in: ['relu_1', 'relu'], out: ['cat'], name: 'node_cat', attributes: { axis: 1 } },
      ],
      inputs: { x: { shape: [1, 1, 4, 4] } },
      outputs: { cat: {} },
      initializers: { K: { dims: [1, 1, 1, 1], values: [1] } },
    });
    structure = structureOf(await readModel(folder.write('model.onnx', content)));
  });

  const refusal = (name: string): string => {
    try {
      findLayer(structure, name);
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.sentence;
    }
    throw new Error(`${name} was found`);
  };

  it('its tensor, its node, its module', () => {
    for (const name of ['conv2d', 'node_conv', 'layer1.conv']) {
      assert.equal(findLayer(structure, name).name, 'conv2d');
    }
  });

  it('a block by what it gives', () => {
    assert.equal(findLayer(structure, 'layer2').name, 'add');
  });

  it('any other tensor or node of the model', () => {
    assert.deepEqual([findLayer(structure, 'cat').units, findLayer(structure, 'node_cat').op], [2, 'Concat']);
  });

  it('one that fits several lists them', () => {
    assert.equal(refusal('layer1.act'), '"layer1.act" fits 2 layers: name one of "relu", "relu_1"');
    assert.equal(refusal('layer1'), '"layer1" fits 3 layers: name one of "conv2d", "relu", "relu_1"');
  });

  it('one that fits nothing lists the nearest', () => {
    assert.match(refusal('layer2.con'), /^no layer is called "layer2.con": did you mean "layer2.conv", /);
    assert.match(refusal('zzz'), /onnxplain inspect lists the layers$/);
  });
});
