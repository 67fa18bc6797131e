import assert from 'node:assert/strict';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { withModel } from '../../support/gradientCheck.js';
import type { ModelSpec, TensorSpec } from '../../support/onnxFile.js';

const scalar = (value: number): TensorSpec => ({ dims: [], values: [value] });
const uint8 = (dims: number[], values: number[]): TensorSpec => ({ dims, type: 2, raw: Buffer.from(values) });

/** x is quantised with scale 0.5 and zero point 10. */
const quantise = { op: 'QuantizeLinear', in: ['x', 'xs', 'xz'], out: ['q'] };
const initializers = { xs: scalar(0.5), xz: uint8([], [10]) };

async function gradientOf(spec: ModelSpec, x: number[], dims: number[], seed: number[], wrt = ['x']) {
  return withModel({ ...spec, inputs: { x: { shape: dims } }, outputs: { y: {} } }, async (file) => {
    const gradient = openGradient(await readModel(file), { targets: ['y'], wrt });
    const feeds = { x: { type: 'float32' as const, dims, data: Float32Array.from(x) } };
    const { gradients } = await gradient.run(feeds, { y: Float32Array.from(seed) });
    await gradient.release();
    return wrt.map((name) => [...(gradients[name].data as Float32Array)]);
  });
}

describe('gradients of quantised models', () => {
  it('go straight through rounding, and not through the ends of the range', async () => {
    // 0.5 (q - 10) with q from 0 to 255 covers -5 to 122.5.
    const nodes = [quantise, { op: 'DequantizeLinear', in: ['q', 'xs', 'xz'], out: ['y'] }];
    const [byInput, byInteger] = await gradientOf({ nodes, initializers }, [-7, 0.3, 200], [3], [1, 2, 3], ['x', 'q']);
    assert.deepEqual(byInput, [0, 2, 0]);
    assert.deepEqual(byInteger, [0.5, 1, 1.5], 'one more in q is half a unit in y');
  });

  it('of a convolution are those of the numbers that its integers stand for', async () => {
    // The kernel is (30 - 20) × 0.1 = 1 and (5 - 20) × 0.1 = -1.5; y's zero point 0 folds a ReLU in.
    const conv = {
      op: 'QLinearConv',
      in: ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'],
      out: ['z'],
    };
    const nodes = [quantise, conv, { op: 'DequantizeLinear', in: ['z', 'ys', 'yz'], out: ['y'] }];
    const weights = {
      ...initializers,
      w: uint8([2, 1, 1, 1], [30, 5]),
      ws: scalar(0.1),
      wz: uint8([], [20]),
      ys: scalar(0.25),
      yz: uint8([], [0]),
    };
    // x = 4 gives 4 and -6, the second is cut off; x = -3 gives -3 and 4.5.
    const [byInput] = await gradientOf({ nodes, initializers: weights }, [4, -3], [1, 1, 1, 2], [1, 1, 1, 1]);
    assert.deepEqual(
      byInput.map((value) => Math.round(value * 1e5) / 1e5),
      [1, -1.5],
    );
  });

  it('of a product and a sum', async () => {
    const product = { op: 'QLinearMatMul', in: ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'], out: ['z'] };
    const sum = {
      op: 'QLinearAdd',
      domain: 'com.microsoft',
      in: ['z', 'ys', 'yz', 'z', 'ys', 'yz', 'ys', 'yz'],
      out: ['s'],
    };
    const nodes = [quantise, product, sum, { op: 'DequantizeLinear', in: ['s', 'ys', 'yz'], out: ['y'] }];
    const weights = {
      ...initializers,
      w: uint8([2, 1], [30, 5]),
      ws: scalar(0.1),
      wz: uint8([], [20]),
      ys: scalar(0.25),
      yz: uint8([], [100]),
    };
    // y = 2 (x₁ - 1.5 x₂).
    const spec = { nodes, initializers: weights, domains: { 'com.microsoft': 1 } };
    const [byInput] = await gradientOf(spec, [4, 3], [1, 2], [1]);
    assert.deepEqual(
      byInput.map((value) => Math.round(value * 1e5) / 1e5),
      [2, -3],
    );
  });

  it('of integers multiplied after a dynamic quantisation', async () => {
    const nodes = [
      { op: 'DynamicQuantizeLinear', in: ['x'], out: ['q', 'qs', 'qz'] },
      { op: 'MatMulInteger', in: ['q', 'w', 'qz', 'wz'], out: ['i'] },
      { op: 'Cast', in: ['i'], out: ['f'], attributes: { to: 1 } },
      { op: 'Mul', in: ['qs', 'ws'], out: ['scale'] },
      { op: 'Mul', in: ['f', 'scale'], out: ['y'] },
    ];
    const weights = { w: uint8([2, 1], [30, 5]), ws: scalar(0.1), wz: uint8([], [20]) };
    const [byInput] = await gradientOf({ nodes, initializers: weights }, [4, 3], [1, 2], [1]);
    assert.deepEqual(
      byInput.map((value) => Math.round(value * 1e4) / 1e4),
      [1, -1.5],
    );
  });
});
