import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { type GradientOptions, openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { readNpz } from '../../../src/engine/probe/npz.js';
import { checkGradient, withModel } from '../../support/gradientCheck.js';
import type { NodeSpec } from '../../support/onnxFile.js';

const fixtures = path.join(import.meta.dirname, '../../fixtures/backward');

interface Case {
  shape: number[];
  kernel: number[];
  stride: number[];
  padding: number[];
  dilation: number[];
  ceil: number;
  relu?: number;
  concat?: number;
}

const cases = JSON.parse(readFileSync(path.join(fixtures, 'pools.json'), 'utf8')) as Case[];

const pool = (from: string, { kernel, stride, padding, dilation, ceil }: Case): NodeSpec => ({
  op: 'MaxPool',
  in: [from],
  out: ['y'],
  attributes: {
    kernel_shape: kernel,
    strides: stride,
    pads: [...padding, ...padding],
    dilations: dilation,
    ceil_mode: ceil,
  },
});

function nodesOf(given: Case): NodeSpec[] {
  if (given.concat) {
    return [
      { op: 'Split', in: ['x'], out: ['a', 'b'], attributes: { axis: 1, num_outputs: 2 } },
      { op: 'Relu', in: ['a'], out: ['ra'] },
      { op: 'Relu', in: ['b'], out: ['rb'] },
      { op: 'Concat', in: ['rb', 'ra'], out: ['r'], attributes: { axis: 1 } },
      pool('r', given),
    ];
  }
  return given.relu ? [{ op: 'Relu', in: ['x'], out: ['r'] }, pool('r', given)] : [pool('x', given)];
}

/** The gradient of Σ seed × y by each tensor of `wrt`. */
async function gradientsOf(
  nodes: NodeSpec[],
  dims: readonly number[],
  x: Float32Array,
  seed: Float32Array,
  wrt = ['x'],
  options: GradientOptions = {},
): Promise<number[][]> {
  return withModel({ nodes, inputs: { x: { shape: [...dims] } }, outputs: { y: {} }, opset: 18 }, async (file) => {
    const gradient = openGradient(await readModel(file), { targets: ['y'], wrt }, options);
    const { gradients } = await gradient.run({ x: { type: 'float32', dims, data: x } }, { y: seed });
    await gradient.release();
    // A zero has no sign here.
    return wrt.map((name) => Array.from(gradients[name].data as Float32Array, (value) => value + 0));
  });
}

describe('gradients of pools of largest elements', () => {
  for (const [number, given] of cases.entries()) {
    it(`are PyTorch's where elements are equal: ${JSON.stringify(given)}`, async () => {
      const read = async (key: string) =>
        (await readNpz(path.join(fixtures, 'pools.npz'), `${number}.${key}`)).data as Float32Array;
      const [found] = await gradientsOf(nodesOf(given), given.shape, await read('x'), await read('seed'));
      assert.deepEqual(found, [...(await read('gradient'))]);
    });
  }

  it('agree with differences for any window, with many channels', () => {
    const pairs = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
    return fc.assert(
      fc.asyncProperty(
        fc.record({
          kernel: pairs(1, 4),
          strides: pairs(1, 3),
          dilations: pairs(1, 2),
          before: pairs(0, 1),
          after: pairs(0, 1),
          extra: pairs(0, 4),
          ceil_mode: fc.integer({ min: 0, max: 1 }),
          seed: fc.integer({ min: 1, max: 1e6 }),
        }),
        async ({ kernel, strides, dilations, before, after, extra, ceil_mode, seed }) => {
          const sizes = kernel.map((k, i) => (k - 1) * dilations[i] + 1 + extra[i]);
          const pads = [...before, ...after].map((amount, i) => Math.min(amount, kernel[i % 2] - 1));
          await checkGradient({
            op: 'MaxPool',
            inputs: [[1, 16, ...sizes]],
            attributes: { kernel_shape: kernel, strides, dilations, pads, ceil_mode },
            opset: 12,
            seed,
            step: 1e-4,
            tolerance: 2e-2,
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  const window: Case = {
    shape: [1, 16, 4, 4],
    kernel: [2, 2],
    stride: [2, 2],
    padding: [0, 0],
    dilation: [1, 1],
    ceil: 0,
  };
  const rectified: NodeSpec[] = [{ op: 'Relu', in: ['x'], out: ['r'] }, pool('r', window)];

  it('go to the first zero of a window of zeros at what a rectifier gives, and not through the rectifier', async () => {
    const [byRectified, byInput] = await gradientsOf(
      rectified,
      window.shape,
      new Float32Array(256).fill(-1),
      new Float32Array(64).fill(3),
      ['r', 'x'],
    );
    // Windows of 2 × 2 in channels of 4 × 4: the even columns of the even rows.
    assert.deepEqual(
      byRectified,
      Array.from({ length: 256 }, (_, i) => (i % 2 === 0 && (i >> 2) % 2 === 0 ? 3 : 0)),
    );
    assert.deepEqual(byInput, Array<number>(256).fill(0));
  });

  it('leave it to another rule of the rectifier what goes through it', async () => {
    const deconvNet: GradientOptions = { rules: { Relu: { backward: ({ gradient }) => [gradient] } } };
    const negative = new Float32Array(256).fill(-1);
    const [found] = await gradientsOf(
      rectified,
      window.shape,
      negative,
      new Float32Array(64).fill(3),
      ['x'],
      deconvNet,
    );
    assert.deepEqual(
      found,
      Array.from({ length: 256 }, (_, i) => (i % 2 === 0 && (i >> 2) % 2 === 0 ? 3 : 0)),
    );
  });

  it('keep what is not a number in the windows where it is', async () => {
    const x = Float32Array.from({ length: 256 }, (_, i) => i % 16);
    const seed = new Float32Array(64).fill(1);
    const [clean] = await gradientsOf([pool('x', window)], window.shape, x, seed);
    x[0] = NaN;
    const [found] = await gradientsOf([pool('x', window)], window.shape, x, seed);
    const inWindow = new Set([0, 1, 4, 5]);
    const outside = (values: number[]) => values.filter((_, i) => !inWindow.has(i));
    assert.deepEqual(outside(found), outside(clean));
    const sum = [...inWindow].reduce((total, i) => total + found[i], 0);
    assert.equal(sum, 1);
  });
});
