import assert from 'node:assert/strict';
import { outgoingWeights, readModel } from '../../../src/engine/onnx/index.js';
import { modelBytes, type ModelSpec, int64, temporaryFolder } from '../../support/onnxFile.js';

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('weights from a unit to the next layer', () => {
  const folder = temporaryFolder();

  async function feeds(spec: ModelSpec, layer: string, unit: number): Promise<Record<string, number>> {
    const found = await outgoingWeights(await readModel(folder.write('model.onnx', modelBytes(spec))), layer, unit);
    const sizes = found.map(({ weight }) => Math.abs(weight));
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
      'strongest first',
    );
    return Object.fromEntries(
      found.map(({ layer: to, unit: u, weight }) => [`${to}:${u}`, Math.round(weight * 1e4) / 1e4]),
    );
  }

  it('Gemm, transposed or not, behind an activation', async () => {
    const gemm = (transB: number): ModelSpec => ({
      nodes: [
        { op: 'Gemm', in: ['x', 'A'], out: ['h'] },
        { op: 'Tanh', in: ['h'], out: ['t'] },
        { op: 'Gemm', in: ['t', 'B'], out: ['y'], attributes: { transB, alpha: 0.5 } },
      ],
      inputs: { x: { shape: ['n', 2] } },
      outputs: { y: {} },
      initializers: { A: { dims: [2, 2], values: [1, 0, 0, 1] }, B: { dims: [2, 2], values: [10, 20, 30, -40] } },
    });
    assert.deepEqual(await feeds(gemm(0), 'h', 1), { 'y:0': 15, 'y:1': -20 });
    assert.deepEqual(await feeds(gemm(1), 't', 1), { 'y:0': 10, 'y:1': -20 });
    assert.deepEqual(await feeds(gemm(1), 'y', 0), {});
    assert.deepEqual(await feeds(gemm(1), 'h', 2), {});
  });

  it('a convolution sums over its kernel; groups keep to themselves', async () => {
    const spec: ModelSpec = {
      nodes: [
        { op: 'Conv', in: ['x', 'K'], out: ['c'] },
        { op: 'MaxPool', in: ['c'], out: ['p'], attributes: { kernel_shape: [2, 2] } },
        { op: 'Conv', in: ['p', 'G'], out: ['y'], name: 'grouped', attributes: { group: 2 } },
      ],
      inputs: { x: { shape: ['n', 1, 4, 4] } },
      outputs: { y: {} },
      initializers: {
        K: { dims: [4, 1, 1, 1], values: [1, 1, 1, 1] },
        // 2 groups of 2 channels → 1 unit each, kernel 1 × 2
        G: { dims: [2, 2, 1, 2], values: [1, 2, 3, 4, 10, 20, 30, 40] },
      },
    };
    assert.deepEqual(await feeds(spec, 'c', 0), { 'y:0': 3 });
    assert.deepEqual(await feeds(spec, 'c', 1), { 'y:0': 7 });
    assert.deepEqual(await feeds(spec, 'c', 3), { 'y:1': 70 });
  });

  it('a flattened map: the sum over the unit’s places, whichever way it is flattened', async () => {
    const flat = (nodes: ModelSpec['nodes']): ModelSpec => ({
      nodes: [
        { op: 'Conv', in: ['x', 'K'], out: ['c'] },
        ...nodes,
        { op: 'MatMul', in: ['f', 'W'], out: ['m'] },
        { op: 'Add', in: ['m', 'b'], out: ['y'] },
      ],
      inputs: { x: { shape: ['n', 1, 1, 3] } },
      outputs: { y: {} },
      initializers: {
        K: { dims: [2, 1, 1, 1], values: [1, 1] },
        W: { dims: [6, 1], values: counting(6) },
        b: { dims: [1], values: [0] },
        s: int64(0, -1),
      },
    });
    // channels first: unit 1 has features 3, 4, 5
    for (const op of [
      { op: 'Flatten', in: ['c'], out: ['f'] },
      { op: 'Reshape', in: ['c', 's'], out: ['f'] },
    ]) {
      assert.deepEqual(await feeds(flat([op]), 'c', 1), { 'y:0': 4 + 5 + 6 });
    }
    // channels last: unit 1 has features 1, 3, 5
    const last = flat([
      { op: 'Transpose', in: ['c'], out: ['t'], attributes: { perm: [0, 2, 3, 1] } },
      { op: 'Flatten', in: ['t'], out: ['f'] },
    ]);
    assert.deepEqual(await feeds(last, 'c', 1), { 'y:0': 2 + 4 + 6 });
  });

  it('behind a concatenation, and past a residual sum only where nothing is nearer', async () => {
    const spec: ModelSpec = {
      nodes: [
        { op: 'Conv', in: ['x', 'one'], out: ['a'] },
        { op: 'Conv', in: ['x', 'two'], out: ['b'] },
        { op: 'Concat', in: ['a', 'b'], out: ['ab'], attributes: { axis: 1 } },
        { op: 'Conv', in: ['ab', 'mix'], out: ['m'] },
        { op: 'Add', in: ['m', 'x'], out: ['sum'] },
        { op: 'Relu', in: ['sum'], out: ['r'] },
        { op: 'Conv', in: ['r', 'one'], out: ['y'] },
        { op: 'Add', in: ['y', 'r'], out: ['sum2'] },
        { op: 'Conv', in: ['sum2', 'two'], out: ['z'] },
      ],
      inputs: { x: { shape: ['n', 1, 2, 2] } },
      outputs: { z: {} },
      initializers: {
        one: { dims: [1, 1, 1, 1], values: [7] },
        two: { dims: [2, 1, 1, 1], values: [1, 2] },
        mix: { dims: [1, 3, 1, 1], values: [4, 5, 6] },
      },
    };
    assert.deepEqual(await feeds(spec, 'a', 0), { 'm:0': 4 });
    assert.deepEqual(await feeds(spec, 'b', 1), { 'm:0': 6 });
    assert.deepEqual(await feeds(spec, 'm', 0), { 'y:0': 7 });
    assert.deepEqual(await feeds(spec, 'r', 0), { 'y:0': 7 });
  });

  it('a transposed convolution, and dequantised weights', async () => {
    const spec: ModelSpec = {
      nodes: [
        { op: 'Conv', in: ['x', 'K'], out: ['c'] },
        { op: 'ConvTranspose', in: ['c', 'T'], out: ['t'] },
        { op: 'Relu', in: ['t'], out: ['r'] },
        { op: 'DequantizeLinear', in: ['q', 'scale', 'zero'], out: ['Q'], attributes: { axis: 0 } },
        { op: 'Conv', in: ['r', 'Q'], out: ['y'] },
      ],
      inputs: { x: { shape: ['n', 1, 2, 2] } },
      outputs: { y: {} },
      initializers: {
        K: { dims: [2, 1, 1, 1], values: [1, 1] },
        T: { dims: [2, 1, 1, 2], values: [1, 2, 3, 4] },
        q: { dims: [2, 1, 1, 1], type: 3, raw: Buffer.from([10, 0xf6]) },
        scale: { dims: [2], values: [0.5, 0.25] },
        zero: { dims: [2], type: 3, raw: Buffer.from([2, 0]) },
      },
    };
    assert.deepEqual(await feeds(spec, 'c', 1), { 't:0': 7 });
    // (10 - 2) × 0.5 and (-10 - 0) × 0.25
    assert.deepEqual(await feeds(spec, 't', 0), { 'y:0': 4, 'y:1': -2.5 });
  });
});
