import fc from 'fast-check';
import { checkGradient, randomNumbers } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

describe('gradients of convolutions whose taps move', () => {
  it('agree with differences for any window and groups, by offsets and weights too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          kernel: pair(1, 3),
          strides: pair(1, 2),
          dilations: pair(1, 2),
          pads: pair(0, 1),
          extra: pair(0, 2),
          group: fc.integer({ min: 1, max: 2 }),
          offset_group: fc.integer({ min: 1, max: 2 }),
          isMasked: fc.boolean(),
          seed: fc.integer({ min: 1, max: 1e6 }),
        }),
        async ({ kernel, strides, dilations, pads, extra, group, offset_group, isMasked, seed }) => {
          const random = randomNumbers(seed);
          const sizes = kernel.map((k, i) => (k - 1) * dilations[i] + 1 + extra[i]);
          const steps = sizes.map((size, i) =>
            Math.floor((size + 2 * pads[i] - dilations[i] * (kernel[i] - 1) - 1) / strides[i] + 1),
          );
          const taps = kernel[0] * kernel[1] * offset_group;
          const count = 2 * taps * steps[0] * steps[1];
          // Not near whole numbers, where the slope jumps.
          const offsets = Array.from(
            { length: 2 * count },
            () => Math.floor(random() * 4) - 2 + (random() < 0.5 ? 0.15 : 0.65) + 0.2 * random(),
          );
          await checkGradient({
            op: 'DeformConv',
            opset: 22,
            inputs: [
              [2, 4, ...sizes],
              [2 * group, 4 / group, ...kernel],
              { dims: [2, 2 * taps, ...steps], values: offsets },
              [2 * group],
              isMasked ? [2, taps, ...steps] : null,
            ],
            attributes: { strides, dilations, pads: [...pads, ...pads], group, offset_group },
            step: 1e-3,
            tolerance: 2e-2,
            seed,
          });
        },
      ),
      { numRuns: 25 },
    ));
});

describe('gradients of boxes cut out of a picture', () => {
  it('agree with differences, boxes over the edge among them', async () => {
    const boxes = { dims: [3, 4], type: 1, values: [0.3, 1.2, 9.7, 11.1, 4.4, 3.1, 21.2, 8.3, -6.5, 7.9, 2.2, 30.4] };
    for (const coordinate_transformation_mode of ['half_pixel', 'output_half_pixel']) {
      await checkGradient({
        op: 'RoiAlign',
        opset: 16,
        inputs: [[2, 3, 5, 6], boxes, int64(1, 0, 1)],
        attributes: {
          output_height: 3,
          output_width: 2,
          sampling_ratio: 2,
          spatial_scale: 0.4,
          coordinate_transformation_mode,
        },
      });
    }
  });
});
