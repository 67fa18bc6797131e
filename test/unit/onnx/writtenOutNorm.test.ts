import assert from 'node:assert/strict';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { int64, modelBytes, type ModelSpec, temporaryFolder } from '../../support/onnxFile.js';

/** As PyTorch's exporter writes them below opset 17 (layers) and 18 (groups), on 6 features. */
const features = 6;
const vector = (value: number) => ({ dims: [features], values: Array<number>(features).fill(value) });

const spread: ModelSpec['nodes'] = [
  { op: 'Pow', in: ['d', 'two'], out: ['square'] },
  { op: 'ReduceMean', in: ['square'], out: ['variance'], attributes: { axes: [-1] } },
  { op: 'Add', in: ['variance', 'epsilon'], out: ['safe'] },
  { op: 'Sqrt', in: ['safe'], out: ['root'] },
];
const constants = {
  two: { dims: [], values: [2] },
  epsilon: { dims: [], values: [1e-5] },
  one: { dims: [], values: [1] },
  weight: vector(2),
  bias: vector(0.5),
};

describe('normalisations written out as arithmetic', () => {
  const folder = temporaryFolder();

  async function layersOf(spec: ModelSpec) {
    const file = folder.write('norm.onnx', modelBytes(spec));
    return structureOf(await readModel(file)).layers;
  }
  const tokens = { x: { shape: ['batch', 5, features] } };

  it('along the features, less their mean, are one layer with its weight and bias', async () => {
    const layers = await layersOf({
      inputs: tokens,
      outputs: { y: { shape: ['batch', 5, features] } },
      initializers: constants,
      nodes: [
        { op: 'ReduceMean', in: ['x'], out: ['mean'], attributes: { axes: [-1] } },
        { op: 'Sub', in: ['x', 'mean'], out: ['d'] },
        ...spread,
        { op: 'Div', in: ['d', 'root'], out: ['normal'], name: '/norm/Div' },
        { op: 'Mul', in: ['normal', 'weight'], out: ['scaled'] },
        { op: 'Add', in: ['scaled', 'bias'], out: ['y'] },
      ],
    });
    assert.deepEqual(
      layers.map(({ name, node, op, units, unitAxis, parameters }) => [name, node, op, units, unitAxis, parameters]),
      [['y', '/norm/Div', 'LayerNormalization', features, 2, 2 * features]],
    );
  });

  it('by the root mean square have a weight alone', async () => {
    const layers = await layersOf({
      inputs: { d: tokens.x },
      outputs: { y: { shape: ['batch', 5, features] } },
      initializers: constants,
      nodes: [
        ...spread,
        { op: 'Div', in: ['one', 'root'], out: ['inverse'] },
        { op: 'Mul', in: ['d', 'inverse'], out: ['normal'] },
        { op: 'Mul', in: ['normal', 'weight'], out: ['y'] },
      ],
    });
    assert.deepEqual(
      layers.map(({ name, op, parameters }) => [name, op, parameters]),
      [['y', 'RMSNormalization', features]],
    );
  });

  it('of groups of channels have the channels as units, not the groups', async () => {
    const layers = await layersOf({
      inputs: { x: { shape: ['batch', features, 8, 8] } },
      outputs: { y: { shape: ['batch', features, 8, 8] } },
      initializers: {
        grouped: int64(0, 2, -1),
        ...{ ones: { dims: [2], values: [1, 1] }, zeros: { dims: [2], values: [0, 0] } },
        ...{ weight: { ...vector(2), dims: [features, 1, 1] }, bias: { ...vector(1), dims: [features, 1, 1] } },
      },
      nodes: [
        { op: 'Reshape', in: ['x', 'grouped'], out: ['groups'] },
        { op: 'InstanceNormalization', in: ['groups', 'ones', 'zeros'], out: ['normal'] },
        { op: 'Shape', in: ['x'], out: ['size'] },
        { op: 'Reshape', in: ['normal', 'size'], out: ['back'] },
        { op: 'Mul', in: ['back', 'weight'], out: ['scaled'] },
        { op: 'Add', in: ['scaled', 'bias'], out: ['y'] },
      ],
    });
    assert.deepEqual(
      layers.map(({ name, op, units, unitAxis, parameters }) => [name, op, units, unitAxis, parameters]),
      [['y', 'GroupNormalization', features, 1, 2 * features]],
    );
  });

  it('but a length that is kept from being zero is no layer', async () => {
    const layers = await layersOf({
      inputs: tokens,
      outputs: { y: { shape: ['batch', 5, features] } },
      initializers: constants,
      nodes: [
        { op: 'ReduceL2', in: ['x'], out: ['length'], attributes: { axes: [-1] } },
        { op: 'Clip', in: ['length', 'epsilon'], out: ['safe'] },
        { op: 'Shape', in: ['x'], out: ['size'] },
        { op: 'Expand', in: ['safe', 'size'], out: ['lengths'] },
        { op: 'Div', in: ['x', 'lengths'], out: ['y'] },
      ],
    });
    assert.deepEqual(layers, []);
  });
});
