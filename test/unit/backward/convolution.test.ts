import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';

/** A random convolution of 1, 2 or 3 axes that ONNX Runtime accepts: what it does to a picture large enough. */
const window = fc.integer({ min: 1, max: 3 }).chain((axes) => {
  const perAxis = (low: number, high: number) =>
    fc.array(fc.integer({ min: low, max: high }), { minLength: axes, maxLength: axes });
  return fc.record({
    kernel: perAxis(1, 3),
    strides: perAxis(1, 3),
    dilations: perAxis(1, 2),
    before: perAxis(0, 2),
    after: perAxis(0, 2),
    extra: perAxis(0, 2),
    group: fc.integer({ min: 1, max: 2 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  });
});

describe('gradients of convolutions', () => {
  it('agree with differences for any kernel, stride, dilation, padding and groups', () =>
    fc.assert(
      fc.asyncProperty(window, async ({ kernel, strides, dilations, before, after, extra, group, seed }) => {
        const sizes = kernel.map((k, i) => (k - 1) * dilations[i] + 1 + extra[i]);
        await checkGradient({
          op: 'Conv',
          inputs: [[2, 2 * group, ...sizes], [3 * group, 2, ...kernel], [3 * group]],
          attributes: { strides, dilations, pads: [...before, ...after], group },
          seed,
          step: 0.05,
        });
      }),
      { numRuns: 25 },
    ));

  it('agree with differences for one kernel a channel, with strides', () =>
    fc.assert(
      fc.asyncProperty(
        window.filter(({ kernel, strides }) => kernel.length === 2 && Math.max(...strides) > 1),
        async ({ kernel, strides, dilations, before, after, extra, seed }) => {
          const sizes = kernel.map((k, i) => (k - 1) * dilations[i] + 1 + extra[i]);
          await checkGradient({
            op: 'Conv',
            inputs: [
              [2, 16, ...sizes],
              [16, 1, ...kernel],
            ],
            attributes: { strides, dilations, pads: [...before, ...after], group: 16 },
            seed,
            step: 0.05,
          });
        },
      ),
      { numRuns: 25 },
    ));

  it('agree with differences where the padding is worked out', async () => {
    for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER', 'VALID']) {
      await checkGradient({
        op: 'Conv',
        inputs: [
          [1, 2, 7, 8],
          [3, 2, 2, 3],
        ],
        attributes: { auto_pad, strides: [2, 3] },
        step: 0.05,
      });
    }
  });

  it('agree with differences for transposed convolutions', () =>
    fc.assert(
      fc.asyncProperty(window, async ({ kernel, strides, dilations, before, after, extra, group, seed }) => {
        const sizes = kernel.map((_, i) => 3 + extra[i]);
        const small = kernel.map((k, i) => Math.min(before[i], (k - 1) * dilations[i]));
        const output_padding = strides.map((stride, i) => Math.min(stride - 1, after[i]));
        await checkGradient({
          op: 'ConvTranspose',
          inputs: [[2, 2 * group, ...sizes], [2 * group, 3, ...kernel], [3 * group]],
          attributes: { strides, dilations, pads: [...small, ...small.map(() => 0)], output_padding, group },
          seed,
          step: 0.05,
        });
      }),
      { numRuns: 25 },
    ));

  it('agree with differences for transposed convolutions of a stated size', async () => {
    for (const auto_pad of ['NOTSET', 'SAME_UPPER', 'SAME_LOWER']) {
      await checkGradient({
        op: 'ConvTranspose',
        inputs: [
          [1, 2, 4, 3],
          [2, 3, 3, 3],
        ],
        attributes: { auto_pad, strides: [2, 2], output_shape: [8, 6] },
        step: 0.05,
      });
    }
  });
});
