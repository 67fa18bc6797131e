import assert from 'node:assert/strict';
import { planFor } from '../../../src/engine/backward/gradientPlan.js';
import { openOneSession } from '../../../src/engine/backward/oneSession.js';
import { gradientRules, ruleOf } from '../../../src/engine/backward/rules/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { withModel } from '../../support/gradientCheck.js';
import { int64, type ModelSpec } from '../../support/onnxFile.js';

const x = { type: 'float32' as const, dims: [1, 1, 4, 4], data: Float32Array.from({ length: 16 }, (_, i) => i) };

/** Whether forward and backward of a network are one graph. */
const isOne = (spec: Partial<ModelSpec>, opset: number, fed = x): Promise<boolean> =>
  withModel({ nodes: [], inputs: { x: { shape: x.dims } }, outputs: { y: {} }, ...spec, opset }, async (file) => {
    const task = {
      targets: ['y'],
      wrt: ['x'],
      wanted: ['y', 'x'],
      ruleOf: ruleOf(gradientRules),
      session: { threads: 1 },
    };
    const one = await openOneSession(await planFor({ ...task, model: await readModel(file) }, { x: fed }));
    await one?.release();
    return one !== null;
  });

const pool = (strides: number[]): ModelSpec['nodes'] => [
  { op: 'Relu', in: ['x'], out: ['r'] },
  { op: 'MaxPool', in: ['r'], out: ['y'], attributes: { kernel_shape: [2, 2], strides } },
];

describe('forward and backward in one session', () => {
  it('is for old operator sets, which are raised to one that has all that the backward graph is made of', async () => {
    // Windows that overlap are added up by ScatterElements with a reduction, which came with version 16.
    for (const opset of [7, 12, 15, 16]) assert.equal(await isOne({ nodes: pool([1, 1]) }, opset), true);
    // Those that do not overlap are put back by MaxUnpool, and an index is asked of a pool with dilations (12).
    for (const opset of [7, 11, 12]) assert.equal(await isOne({ nodes: pool([2, 2]) }, opset), true);
  });

  it('is not where an older operator set can mean something that newer ones can not', async () => {
    const hot = [
      { op: 'Cast', in: ['x'], out: ['whole'], attributes: { to: 7 } },
      { op: 'OneHot', in: ['whole', 'depth', 'offOn'], out: ['hot'], attributes: { axis: -1 } },
      { op: 'ReduceMax', in: ['hot'], out: ['any'], attributes: { axes: [4], keepdims: 0 } },
      ...pool([2, 2]).map((node) => ({ ...node, out: [node.out[0] === 'y' ? 'p' : node.out[0]] })),
      { op: 'Add', in: ['p', 'any'], out: ['y'] },
    ];
    const initializers = { depth: int64(4), offOn: { dims: [2], values: [0, 1] } };
    const inputs = { x: { shape: [1, 1, 2, 2] } };
    const x = { type: 'float32' as const, dims: [1, 1, 2, 2], data: Float32Array.of(0, 1, 2, 3) };
    assert.equal(await isOne({ nodes: hot, initializers, inputs }, 10, x), false);
    assert.equal(await isOne({ nodes: hot, initializers, inputs }, 12, x), true);
  });

  it('is not for networks that compute in other fractions than float32', async () => {
    const float16 = [
      { op: 'Cast', in: ['x'], out: ['h'], attributes: { to: 10 } },
      { op: 'Relu', in: ['h'], out: ['r'] },
      { op: 'Cast', in: ['r'], out: ['y'], attributes: { to: 1 } },
    ];
    assert.equal(await isOne({ nodes: float16 }, 17), false);
  });
});
