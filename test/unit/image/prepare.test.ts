import assert from 'node:assert/strict';
import { preparationFor } from '../../../src/engine/probe/image/preprocess.js';
import { feeder, preparePicture } from '../../../src/engine/probe/image/prepare.js';
import type { Raster } from '../../../src/engine/probe/image/raster.js';
import { bytesOf, expected, floatsOf, furthest } from './fixtures.js';

const float = (shape: (number | string | null)[]) => ({ name: 'x', type: 'float', shape });

describe('preparing pictures', () => {
  for (const { from, pixels, resize, crop, channels, mean, std, shape, want } of expected.prepared) {
    it(`${from.join(' × ')} ${channels}: Resize(${String(resize)}), CenterCrop(${String(crop)}), Normalize equal torchvision's`, () => {
      const preparation = preparationFor(float(['n', ...shape]), { resize, crop, channels, mean, std, scale: 1 / 255 });
      const picture: Raster = { width: from[0], height: from[1], channels: 3, data: bytesOf(pixels) };
      const tensor = feeder(preparation)([preparePicture(picture, preparation)]);
      assert.deepEqual(tensor.dims, [1, ...shape]);
      assert.equal(furthest(tensor.data as Float32Array, floatsOf(want)), 0);
    });
  }

  // Two pixels: (10, 20, 30) and (40, 50, 60).
  const two: Raster = { width: 2, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30, 40, 50, 60) };
  const plain = { scale: 1, mean: [0], std: [1], resize: [1, 2] as [number, number] };
  const fed = (shape: (number | string)[], given: object): number[] => {
    const preparation = preparationFor(float(shape), { ...plain, ...given });
    return [...(feeder(preparation)([preparePicture(two, preparation)]).data as Float32Array)];
  };

  it('lays out channels first or last', () => {
    assert.deepEqual(fed([1, 3, 1, 2], {}), [10, 40, 20, 50, 30, 60]);
    assert.deepEqual(fed([1, 1, 2, 3], { layout: 'nhwc' }), [10, 20, 30, 40, 50, 60]);
  });

  it('orders colours, with means and deviations in the order of the input', () => {
    assert.deepEqual(fed([1, 3, 1, 2], { channels: 'bgr' }), [30, 60, 20, 50, 10, 40]);
    assert.deepEqual(fed([1, 3, 1, 2], { channels: 'bgr', mean: [30, 20, 10], std: [1, 2, 10] }), [0, 30, 0, 15, 0, 3]);
  });

  it('turns colours to grey by luma: 0.299 R + 0.587 G + 0.114 B', () => {
    // 2.99 + 11.74 + 3.42 = 18.15; 11.96 + 29.35 + 6.84 = 48.15
    assert.deepEqual(fed([1, 1, 1, 2], {}), [18, 48]);
    assert.deepEqual(fed([1, 3, 1, 2], { channels: 'gray' }), [18, 48, 18, 48, 18, 48]);
  });

  it('stacks the pictures of a batch', () => {
    const preparation = preparationFor(float(['n', 1, 1, 2]), plain);
    const grey = (a: number, b: number): Raster => ({ width: 2, height: 1, channels: 1, data: Uint8Array.of(a, b) });
    const tensor = feeder(preparation)([grey(1, 2), grey(3, 4), grey(5, 6)]);
    assert.deepEqual(tensor.dims, [3, 1, 1, 2]);
    assert.deepEqual([...(tensor.data as Float32Array)], [1, 2, 3, 4, 5, 6]);
  });
});
