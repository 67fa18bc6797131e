import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { checkGradient, withModel } from '../../support/gradientCheck.js';

/** A random pool of 1, 2 or 3 axes. Padding stays below the kernel, as ONNX wants it. */
const window = fc.integer({ min: 1, max: 3 }).chain((axes) => {
  const perAxis = (low: number, high: number) =>
    fc.array(fc.integer({ min: low, max: high }), { minLength: axes, maxLength: axes });
  return fc.record({
    kernel_shape: perAxis(1, 3),
    strides: perAxis(1, 3),
    dilations: perAxis(1, 2),
    pads: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 2 * axes, maxLength: 2 * axes }),
    extra: perAxis(0, 4),
    ceil_mode: fc.integer({ min: 0, max: 1 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  });
});

interface Window {
  kernel_shape: number[];
  strides: number[];
  dilations: number[];
  pads: number[];
  extra: number[];
  ceil_mode: number;
}

function fitted({ kernel_shape, strides, dilations, pads, extra, ceil_mode }: Window) {
  const axes = kernel_shape.length;
  return {
    sizes: kernel_shape.map((k, i) => (k - 1) * dilations[i] + 1 + extra[i]),
    attributes: {
      kernel_shape,
      strides,
      dilations,
      ceil_mode,
      pads: pads.map((p, i) => Math.min(p, kernel_shape[i % axes] - 1)),
    },
  };
}

describe('gradients of pools', () => {
  it('agree with differences for the largest of any window', () =>
    fc.assert(
      fc.asyncProperty(window, async (given) => {
        const { sizes, attributes } = fitted(given);
        await checkGradient({
          op: 'MaxPool',
          inputs: [[2, 2, ...sizes]],
          attributes,
          seed: given.seed,
          step: 1e-3,
          opset: 12,
        });
      }),
      { numRuns: 30 },
    ));

  it('agree with differences for the mean of any window, with and without its padding', () =>
    fc.assert(
      fc.asyncProperty(window, fc.integer({ min: 0, max: 1 }), async (given, count_include_pad) => {
        const { sizes, attributes } = fitted(given);
        await checkGradient({
          op: 'AveragePool',
          inputs: [[2, 2, ...sizes]],
          attributes: { ...attributes, count_include_pad },
          opset: 19,
          seed: given.seed,
          step: 0.05,
        });
      }),
      { numRuns: 60 },
    ));

  it('agree with differences for windows whose padding is worked out', async () => {
    for (const op of ['MaxPool', 'AveragePool']) {
      for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER', 'VALID']) {
        const attributes = { auto_pad, kernel_shape: [3, 2], strides: [2, 2] };
        await checkGradient({ op, inputs: [[1, 2, 7, 6]], attributes, opset: 11, step: 1e-3 });
      }
    }
  });

  it('agree with differences for global pools and norms', async () => {
    for (const op of ['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool']) {
      await checkGradient({ op, inputs: [[2, 3, 4, 5]], step: 2e-3 });
      await checkGradient({ op, inputs: [[2, 3, 6]], step: 2e-3 });
    }
    await checkGradient({ op: 'LpPool', inputs: [[2, 3, 4, 5]], attributes: { kernel_shape: [2, 2] }, step: 2e-3 });
    await checkGradient({
      op: 'LpPool',
      inputs: [[1, 2, 7, 5]],
      attributes: { kernel_shape: [3, 2], p: 3, strides: [2, 1], pads: [1, 0, 1, 1] },
      step: 2e-3,
    });
  });

  it('give all to the first of equal elements, as PyTorch does', async () => {
    const node = { op: 'MaxPool', in: ['x'], out: ['y'], attributes: { kernel_shape: [2, 2], strides: [2, 2] } };
    const spec = { nodes: [node], inputs: { x: { shape: [1, 1, 2, 4] } }, outputs: { y: {} } };
    await withModel(spec, async (file) => {
      const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] });
      const feeds = { x: { type: 'float32' as const, dims: [1, 1, 2, 4], data: new Float32Array(8) } };
      const { gradients } = await gradient.run(feeds, { y: Float32Array.of(3, 5) });
      assert.deepEqual([...(gradients.x.data as Float32Array)], [3, 0, 5, 0, 0, 0, 0, 0]);
      await gradient.release();
    });
  });
});
