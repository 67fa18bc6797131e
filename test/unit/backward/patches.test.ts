import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);
const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

describe('gradients of patches and places', () => {
  it('agree with differences for patches laid over each other', () =>
    fc.assert(
      fc.asyncProperty(
        pair(1, 3),
        pair(1, 3),
        pair(1, 2),
        fc.tuple(pair(0, 2), pair(0, 2)),
        pair(0, 4),
        async (block, strides, dilations, [before, after], extra) => {
          const image = block.map((k, i) => Math.max(1, (k - 1) * dilations[i] + 1 + extra[i] - before[i] - after[i]));
          const fits = image.every((size, i) => size + before[i] + after[i] >= (block[i] - 1) * dilations[i] + 1);
          fc.pre(fits);
          const steps = image.map((size, i) =>
            Math.floor((size + before[i] + after[i] - dilations[i] * (block[i] - 1) - 1) / strides[i] + 1),
          );
          await checkGradient({
            op: 'Col2Im',
            opset: 18,
            inputs: [[2, 3 * product(block), product(steps)], int64(...image), int64(...block)],
            attributes: { strides, dilations, pads: [...before, ...after] },
          });
        },
      ),
      { numRuns: 40 },
    ));

  it('agree with differences for elements put back where a pool found them', async () => {
    const indices = { ...int64(5, 7, 13, 15, 16, 19, 24, 31), dims: [1, 2, 2, 2] };
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    await checkGradient({ op: 'MaxUnpool', opset: 11, inputs: [[1, 2, 2, 2], indices], attributes });
  });

  it('agree with differences for the middle, and for zeros around', () =>
    fc.assert(
      fc.asyncProperty(pair(1, 6), pair(1, 6), fc.boolean(), async (from, to, one) => {
        await checkGradient({
          op: 'CenterCropPad',
          opset: 18,
          inputs: [[2, ...from], one ? int64(to[1]) : int64(2, ...to)],
          attributes: one ? { axes: [-1] } : {},
        });
      }),
      { numRuns: 20 },
    ));

  it('agree with differences for running products, zeros among them', async () => {
    const zeros = { dims: [2, 5], values: [1.5, 0, -2, 0, 3, 0.5, 2, -1, 0, 4] };
    for (const exclusive of [0, 1]) {
      for (const reverse of [0, 1]) {
        const attributes = { exclusive, reverse };
        const one = { op: 'CumProd', opset: 26, attributes, step: 1e-2 };
        await checkGradient({ ...one, inputs: [zeros, { ...int64(1), dims: [] }] });
        await checkGradient({ ...one, inputs: [[3, 2, 4], { ...int64(-3), dims: [] }] });
      }
    }
  });
});
