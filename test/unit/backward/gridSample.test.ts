import fc from 'fast-check';
import { checkGradient, randomNumbers } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);

/** Points inside and outside of a picture, none of them near an element's centre or edge, where its slope jumps. */
function grid(batch: number, places: number[], sizes: number[], aboutElements: boolean, seed: number) {
  const random = randomNumbers(seed);
  const values = Array.from({ length: batch * product(places) }, () =>
    [...sizes].reverse().map((size) => {
      // Quarters of elements, a bit off.
      const element = Math.floor(random() * (size + 4)) - 2;
      const at = element + (random() < 0.5 ? 0.15 : 0.65) + 0.2 * random();
      return aboutElements ? (2 * at) / Math.max(size - 1, 1) - 1 : (2 * at + 1) / size - 1;
    }),
  ).flat();
  return { dims: [batch, ...places, sizes.length], values };
}

const axes = (count: number) => {
  const some = fc.array(fc.integer({ min: 2, max: 5 }), { minLength: count, maxLength: count });
  return fc.record({ sizes: some, places: some });
};

describe('gradients of pictures sampled at a grid', () => {
  it('agree with differences, by the picture and by the grid, whatever lies around it', () =>
    fc.assert(
      fc.asyncProperty(
        axes(2),
        fc.constantFrom('linear', 'nearest', 'cubic'),
        fc.constantFrom('zeros', 'border', 'reflection'),
        fc.integer({ min: 0, max: 1 }),
        fc.integer({ min: 1, max: 1e6 }),
        async ({ sizes, places }, mode, padding_mode, align_corners, seed) => {
          await checkGradient({
            op: 'GridSample',
            opset: 20,
            inputs: [[2, 3, ...sizes], grid(2, places, sizes, align_corners === 1, seed)],
            attributes: { mode, padding_mode, align_corners },
            step: 1e-3,
            tolerance: 2e-2,
            seed,
          });
        },
      ),
      { numRuns: 30 },
    ));

  it('agree with differences in volumes', () =>
    fc.assert(
      fc.asyncProperty(
        axes(3),
        fc.constantFrom('linear', 'nearest'),
        fc.constantFrom('zeros', 'border', 'reflection'),
        fc.integer({ min: 0, max: 1 }),
        async ({ sizes, places }, mode, padding_mode, align_corners) => {
          await checkGradient({
            op: 'GridSample',
            opset: 20,
            inputs: [[1, 2, ...sizes], grid(1, places, sizes, align_corners === 1, 3)],
            attributes: { mode, padding_mode, align_corners },
            step: 1e-3,
            tolerance: 2e-2,
          });
        },
      ),
      { numRuns: 15 },
    ));

  it('agree with differences under the names of earlier operator sets', async () => {
    for (const mode of ['bilinear', 'bicubic']) {
      for (const domain of ['', 'com.microsoft']) {
        await checkGradient({
          op: 'GridSample',
          opset: 16,
          domain,
          inputs: [[1, 2, 4, 5], grid(1, [3, 2], [4, 5], false, 5)],
          attributes: { mode },
          step: 1e-3,
          tolerance: 2e-2,
        });
      }
    }
  });
});

describe('gradients of the grid of an affine map', () => {
  it('agree with differences in pictures and volumes', async () => {
    for (const align_corners of [0, 1]) {
      for (const size of [
        [2, 1, 3, 4],
        [1, 2, 2, 1, 3],
      ]) {
        await checkGradient({
          op: 'AffineGrid',
          opset: 20,
          inputs: [[size[0], size.length - 2, size.length - 1], int64(...size)],
          attributes: { align_corners },
        });
      }
    }
  });
});
