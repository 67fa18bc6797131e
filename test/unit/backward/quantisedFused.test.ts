import assert from 'node:assert/strict';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { randomNumbers, withModel } from '../../support/gradientCheck.js';
import type { ModelSpec, NodeSpec, TensorSpec } from '../../support/onnxFile.js';

/**
 * Straight through rounding, the gradient of a quantised operator is that of the operator on the numbers that its integers
 * stand for. So each model here is written twice, with integers and with numbers, and the gradients are the same; those of
 * numbers are compared with differences elsewhere.
 */

const microsoft = 'com.microsoft';
const scalar = (value: number): TensorSpec => ({ dims: [], values: [value] });
const byte = (value: number): TensorSpec => ({ dims: [], type: 2, raw: Buffer.from([value]) });
const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);

/** x on the grid of scale 1/16 around zero point 128; results of scale 1/8 around 100. */
const grid = { xs: scalar(1 / 16), xz: byte(128), ys: scalar(1 / 8), yz: byte(100) };
const random = randomNumbers(5);
const numbers = (dims: number[]) =>
  Float32Array.from({ length: product(dims) }, () => Math.floor(random() * 97 - 48) / 16);
const integers = (dims: number[], low: number, high: number) =>
  Array.from({ length: product(dims) }, () => Math.floor(low + random() * (high - low)));

interface Model {
  nodes: NodeSpec[];
  initializers?: Record<string, TensorSpec>;
}

async function gradientOf(model: Model, dims: number[], x: Float32Array): Promise<number[]> {
  const spec: ModelSpec = {
    ...model,
    inputs: { x: { shape: dims } },
    outputs: { y: {} },
    initializers: { ...grid, ...model.initializers },
    opset: 21,
    domains: { [microsoft]: 1 },
  };
  return withModel(spec, async (file) => {
    const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] }, { threads: 1 });
    const feeds = { x: { type: 'float32' as const, dims, data: x } };
    const { gradients } = await gradient.run(feeds, ({ y }) => ({
      y: Float32Array.from(y.data as Float32Array, (_, i) => Math.cos(i)),
    }));
    await gradient.release();
    return [...(gradients.x.data as Float32Array)];
  });
}

async function checkAlike(dims: number[], quantised: Model, plain: Model, tolerance = 1e-5): Promise<void> {
  const x = numbers(dims);
  const [found, wanted] = [await gradientOf(quantised, dims, x), await gradientOf(plain, dims, x)];
  const scale = Math.max(...wanted.map(Math.abs));
  assert.ok(scale > 0.01, 'something arrives');
  const worst = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]))) / scale;
  assert.ok(worst <= tolerance, `${worst}`);
}

const toIntegers: NodeSpec = { op: 'QuantizeLinear', in: ['x', 'xs', 'xz'], out: ['q'] };
const toNumbers: NodeSpec = { op: 'DequantizeLinear', in: ['z', 'ys', 'yz'], out: ['y'] };
const quantised = (node: Partial<NodeSpec> & { op: string; in: string[] }): NodeSpec[] => [
  toIntegers,
  { domain: microsoft, out: ['z'], ...node },
  toNumbers,
];

describe('gradients of ONNX Runtime’s quantised operators are those of the numbers', () => {
  it('pools of channels that come first or last', async () => {
    const attributes = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1], count_include_pad: 1 };
    const pool = { op: 'QLinearAveragePool', in: ['q', 'xs', 'xz', 'ys', 'yz'] };
    const plain = { op: 'AveragePool', in: ['x'], out: ['y'], attributes };
    await checkAlike([2, 3, 7, 5], { nodes: quantised({ ...pool, attributes }) }, { nodes: [plain] });
    await checkAlike(
      [2, 7, 5, 3],
      { nodes: quantised({ ...pool, attributes: { ...attributes, channels_last: 1 } }) },
      {
        nodes: [
          { op: 'Transpose', in: ['x'], out: ['t'], attributes: { perm: [0, 3, 1, 2] } },
          { ...plain, in: ['t'], out: ['p'] },
          { op: 'Transpose', in: ['p'], out: ['y'], attributes: { perm: [0, 2, 3, 1] } },
        ],
      },
    );
  });

  it('the largest of windows, channels last', async () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    // The scale of the integers stays.
    const nodes: NodeSpec[] = [
      toIntegers,
      { op: 'NhwcMaxPool', domain: microsoft, in: ['q'], out: ['z'], attributes },
      { op: 'DequantizeLinear', in: ['z', 'xs', 'xz'], out: ['y'] },
    ];
    await checkAlike(
      [1, 4, 6, 2],
      { nodes },
      {
        nodes: [
          { op: 'Transpose', in: ['x'], out: ['t'], attributes: { perm: [0, 3, 1, 2] } },
          { op: 'MaxPool', in: ['t'], out: ['p'], attributes },
          { op: 'Transpose', in: ['p'], out: ['y'], attributes: { perm: [0, 2, 3, 1] } },
        ],
      },
    );
  });

  it('convolutions of channels that come last', async () => {
    const values = integers([3, 2, 2, 2], 0, 40);
    const attributes = { pads: [1, 0, 0, 1], strides: [1, 2] };
    await checkAlike(
      [1, 5, 6, 2],
      {
        nodes: quantised({
          op: 'QLinearConv',
          in: ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'],
          attributes: { ...attributes, channels_last: 1 },
        }),
        initializers: {
          w: { dims: [3, 2, 2, 2], type: 2, raw: Buffer.from(values) },
          ws: scalar(1 / 64),
          wz: byte(20),
        },
      },
      {
        nodes: [
          { op: 'Transpose', in: ['x'], out: ['t'], attributes: { perm: [0, 3, 1, 2] } },
          { op: 'Conv', in: ['t', 'w'], out: ['c'], attributes },
          { op: 'Transpose', in: ['c'], out: ['y'], attributes: { perm: [0, 2, 3, 1] } },
        ],
        initializers: { w: { dims: [3, 2, 2, 2], values: values.map((value) => (value - 20) / 64) } },
      },
    );
  });

  it('rows that sum to one, to the rounding of their shares', async () => {
    const softmax = { op: 'QLinearSoftmax', in: ['q', 'xs', 'xz', 'ys', 'yz'], attributes: { axis: -1, opset: 13 } };
    // Shares are 256ths.
    const fine = { ys: scalar(1 / 256), yz: byte(0) };
    const plain = { op: 'Softmax', in: ['x'], out: ['y'], attributes: { axis: -1 } };
    await checkAlike([3, 4], { nodes: quantised(softmax), initializers: fine }, { nodes: [plain] }, 0.02);
  });

  it('what a condition chooses', async () => {
    const condition = { c: { dims: [2, 1], type: 9, raw: Buffer.from([1, 0]) } };
    await checkAlike(
      [2, 3],
      {
        nodes: quantised({ op: 'QLinearWhere', in: ['c', 'q', 'xs', 'xz', 'q', 'ys', 'xz', 'ys', 'yz'] }),
        initializers: condition,
      },
      {
        nodes: [
          { op: 'Mul', in: ['x', 'two'], out: ['d'] },
          { op: 'Where', in: ['c', 'x', 'd'], out: ['y'] },
        ],
        initializers: { ...condition, two: scalar(2) },
      },
    );
  });

  it('products with integers whose scale is found at every run', async () => {
    const values = integers([6, 4], 0, 255);
    const weights = { w: { dims: [6, 4], type: 2, raw: Buffer.from(values) }, ws: scalar(1 / 64), wz: byte(120) };
    const real = { dims: [6, 4], values: values.map((value) => (value - 120) / 64) };
    const bias = { b: { dims: [4], values: [1, -1, 0.5, 2] } };
    const plain: Model = {
      nodes: [
        { op: 'MatMul', in: ['x', 'w'], out: ['p'] },
        { op: 'Add', in: ['p', 'b'], out: ['y'] },
      ],
      initializers: { w: real, ...bias },
    };
    const product: NodeSpec = {
      op: 'DynamicQuantizeMatMul',
      domain: microsoft,
      in: ['x', 'w', 'ws', 'wz', 'b'],
      out: ['y'],
    };
    await checkAlike([3, 6], { nodes: [product], initializers: { ...weights, ...bias } }, plain);
    const integer: NodeSpec = {
      op: 'MatMulIntegerToFloat',
      domain: microsoft,
      in: ['q', 'w', 'xs', 'ws', 'xz', 'wz', 'b'],
      out: ['y'],
    };
    await checkAlike([3, 6], { nodes: [toIntegers, integer], initializers: { ...weights, ...bias } }, plain);
  });

  it('attention', async () => {
    const values = integers([4, 12], 0, 255);
    const bias = { b: { dims: [12], values: integers([12], -8, 8).map((value) => value / 8) } };
    const attributes = { num_heads: 2 };
    await checkAlike(
      [1, 3, 4],
      {
        nodes: [
          toIntegers,
          {
            op: 'QAttention',
            domain: microsoft,
            in: ['q', 'w', 'b', 'xs', 'ws', '', 'xz', 'wz'],
            out: ['y'],
            attributes,
          },
        ],
        initializers: {
          w: { dims: [4, 12], type: 2, raw: Buffer.from(values) },
          ws: scalar(1 / 256),
          wz: byte(120),
          ...bias,
        },
      },
      {
        nodes: [{ op: 'Attention', domain: microsoft, in: ['x', 'w', 'b'], out: ['y'], attributes }],
        initializers: { w: { dims: [4, 12], values: values.map((value) => (value - 120) / 256) }, ...bias },
      },
      1e-4,
    );
  });
});
