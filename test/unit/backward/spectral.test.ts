import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

const scalar = (value: number) => ({ ...int64(value), dims: [] });

describe('gradients of Fourier transforms', () => {
  it('agree with differences for signals of any length, cut off or filled up', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 2, max: 9 }),
          length: fc.constantFrom(null, 4, 7),
          parts: fc.integer({ min: 1, max: 2 }),
          kind: fc.constantFrom('whole', 'half', 'inverse'),
          axis: fc.constantFrom(1, 2),
        }),
        async ({ size, length, parts, kind, axis }) => {
          const dims = axis === 1 ? [2, size, 3] : [2, 3, size];
          // Half a spectrum is that of a real signal.
          const last = kind === 'half' ? 1 : parts;
          const attributes = { onesided: Number(kind === 'half'), inverse: Number(kind === 'inverse') };
          const given = length === null ? null : scalar(length);
          const common = { op: 'DFT', step: 0.05 };
          await checkGradient({ ...common, opset: 20, inputs: [[...dims, last], given, scalar(axis)], attributes });
          await checkGradient({
            ...common,
            opset: 17,
            inputs: [[...dims, last], given],
            attributes: { ...attributes, axis },
          });
        },
      ),
      { numRuns: 25 },
    ));

  it('agree with differences for windows that slide over a signal', async () => {
    const window = { dims: [6], type: 1, values: [0.1, 0.5, 1, 0.9, 0.4, 0.2] };
    for (const onesided of [0, 1]) {
      const common = { op: 'STFT', opset: 17, attributes: { onesided }, step: 0.05 };
      await checkGradient({ ...common, inputs: [[2, 17, 1], scalar(3), window] });
      await checkGradient({ ...common, inputs: [[1, 16, 1], scalar(4), null, scalar(8)] });
    }
  });
});
