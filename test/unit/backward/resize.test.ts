import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

const linear = { step: 0.05, tolerance: 2e-3 };

describe('gradients of Resize', () => {
  it('agree with differences for each rule of coordinates and each kind, larger and smaller', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric'),
        fc.constantFrom('nearest', 'linear', 'cubic'),
        fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 1 }),
        async (coordinates, mode, nearest_mode, height, width, rows, columns, exclude_outside) => {
          await checkGradient({
            op: 'Resize',
            opset: 19,
            inputs: [[1, 2, height, width], null, null, int64(1, 2, rows, columns)],
            attributes: {
              coordinate_transformation_mode: coordinates,
              mode,
              nearest_mode,
              ...(mode === 'cubic' ? { exclude_outside, cubic_coeff_a: -0.5 } : {}),
            },
            ...linear,
          });
        },
      ),
      { numRuns: 60 },
    ));

  it('agree with differences where the last bit decides which element is nearest', async () => {
    for (const [size, resized] of [
      [3, 1],
      [3, 11],
      [5, 3],
    ]) {
      await checkGradient({
        op: 'Resize',
        opset: 19,
        inputs: [[1, 1, 1, size], null, null, int64(1, 1, 1, resized)],
        attributes: { coordinate_transformation_mode: 'half_pixel_symmetric', mode: 'nearest', nearest_mode: 'floor' },
        ...linear,
      });
    }
  });

  it('agree with differences where scales change no size', async () => {
    for (const mode of ['nearest', 'linear', 'cubic']) {
      for (const [rows, columns] of [
        [1.1, 1.2],
        [1, 1.0003777146339419],
        [1.1, 1.3],
      ]) {
        await checkGradient({
          op: 'Resize',
          opset: 19,
          inputs: [[1, 2, 5, 4], null, { dims: [4], type: 1, values: [1, 1, rows, columns] }],
          attributes: { coordinate_transformation_mode: 'half_pixel', mode },
          ...linear,
        });
      }
    }
  });

  it('agree with differences for scales that are no whole numbers', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('half_pixel', 'asymmetric', 'half_pixel_symmetric'),
        fc.constantFrom('nearest', 'linear'),
        fc.double({ min: 0.4, max: 3, noNaN: true }),
        fc.double({ min: 0.4, max: 3, noNaN: true }),
        async (coordinates, mode, rows, columns) => {
          await checkGradient({
            op: 'Resize',
            opset: 19,
            inputs: [[1, 2, 5, 4], null, { dims: [4], type: 1, values: [1, 1, rows, columns] }],
            attributes: { coordinate_transformation_mode: coordinates, mode },
            ...linear,
          });
        },
      ),
      { numRuns: 40 },
    ));

  it('agree with differences where the kernel is widened against aliasing', async () => {
    for (const mode of ['linear', 'cubic']) {
      await checkGradient({
        op: 'Resize',
        opset: 19,
        inputs: [[1, 2, 9, 8], null, null, int64(1, 2, 4, 3)],
        attributes: { mode, antialias: 1 },
        ...linear,
      });
    }
  });

  it('agree with differences for a crop, and for sizes that keep the aspect', async () => {
    await checkGradient({
      op: 'Resize',
      opset: 19,
      inputs: [[1, 2, 6, 6], { dims: [8], type: 1, values: [0, 0, 0.2, 0.1, 1, 1, 0.9, 1.2] }, null, int64(1, 2, 4, 5)],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: 0.5 },
      ...linear,
    });
    for (const keep_aspect_ratio_policy of ['not_larger', 'not_smaller']) {
      await checkGradient({
        op: 'Resize',
        opset: 19,
        inputs: [[1, 2, 4, 6], null, null, int64(7, 8)],
        attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy },
        ...linear,
      });
    }
  });

  it('agree with differences for the operators of older files', async () => {
    for (const mode of ['nearest', 'linear']) {
      const scales = { dims: [4], type: 1, values: [1, 1, 2, 1.5] };
      await checkGradient({
        op: 'Upsample',
        opset: 9,
        inputs: [[1, 2, 3, 4], scales],
        attributes: { mode },
        ...linear,
      });
      await checkGradient({ op: 'Resize', opset: 10, inputs: [[1, 2, 3, 4], scales], attributes: { mode }, ...linear });
      const smaller = { dims: [4], type: 1, values: [1, 1, 0.6, 0.5] };
      await checkGradient({
        op: 'Resize',
        opset: 10,
        inputs: [[1, 2, 5, 4], smaller],
        attributes: { mode },
        ...linear,
      });
    }
  });
});
