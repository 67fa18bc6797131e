import assert from 'node:assert/strict';
import fc from 'fast-check';
import { meanPool } from '../../../src/engine/unit/meanPool.js';
import { strongestMaps } from '../../../src/engine/unit/strongestMaps.js';
import { unitStatistics } from '../../../src/engine/unit/statistics.js';
import { reduce } from './batches.js';

const measure = (values: Float32Array, shape: { samples: number; units: number; height: number; width: number }) =>
  reduce(
    unitStatistics({
      ...shape,
      positionsPerSample: shape.height * shape.width,
      threshold: { kind: 'value', value: 2 },
    }),
    values,
    shape,
  );

describe('maps of the strongest inputs', () => {
  it('stand in the order of the strongest, on the scale from lowest to highest', () => {
    const shape = { samples: 2, units: 2, height: 2, width: 2 };
    const values = Float32Array.from(
      [
        [0, 1, 2, 3], // sample 0, unit 0
        [0, 0, 0, 0],
        [5, 0, NaN, 1], // sample 1, unit 0
        [0, 0, 0, 8],
      ].flat(),
    );
    const statistics = measure(values, shape);
    const maps = reduce(strongestMaps(statistics, shape)!, values, shape, 1);
    assert.deepEqual([maps.perUnit, maps.height, maps.width], [9, 2, 2]);
    const map = (unit: number, rank: number) => [
      ...maps.values.subarray((unit * 9 + rank) * 4, (unit * 9 + rank + 1) * 4),
    ];
    assert.deepEqual(map(0, 0), [255, 0, 0, 51]); // sample 1; NaN is 0
    assert.deepEqual(map(0, 1), [0, 51, 102, 153]);
    assert.deepEqual(map(1, 0), [0, 0, 0, 255]);
    assert.deepEqual(map(0, 2), [0, 0, 0, 0], 'no third sample');
    assert.deepEqual([...maps.thresholds], [102, 63.75]); // 2 of 0 … 5, 2 of 0 … 8
  });

  it('are as many as memory allows, 4 to 9, and at most 56 long', () => {
    const shape = { samples: 10, units: 3, height: 100, width: 120 };
    const values = Float32Array.from({ length: 10 * 3 * 12_000 }, (_, i) => i % 97);
    const statistics = measure(values, shape);
    const maps = reduce(strongestMaps(statistics, shape)!, values, shape);
    assert.deepEqual([maps.perUnit, maps.height, maps.width], [9, 47, 56]);
    assert.equal(reduce(strongestMaps(statistics, shape, 6 * 3 * 47 * 56)!, values, shape).perUnit, 6);
    assert.equal(reduce(strongestMaps(statistics, shape, 1)!, values, shape).perUnit, 4);
  });

  it('are none for features and sequences', () => {
    assert.equal(strongestMaps([], { height: 1, width: 1 }), null);
    assert.equal(strongestMaps([], { height: 1, width: 197 }), null);
  });
});

describe('area mean', () => {
  it('of a whole factor is the mean of blocks', () => {
    const out = new Float64Array(2);
    meanPool(2, 4, 1, 2)(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]), 0, out);
    assert.deepEqual([...out], [(1 + 2 + 5 + 6) / 4, (3 + 4 + 7 + 8) / 4]);
  });

  it('of three cells to two shares the middle one', () => {
    const out = new Float64Array(2);
    meanPool(1, 3, 1, 2)(Float32Array.from([3, 6, 12]), 0, out);
    assert.deepEqual([...out], [(3 + 6 / 2) / 1.5, (6 / 2 + 12) / 1.5]);
  });

  it('keeps the mean of the whole', () => {
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(size, size, size, size, (a, b, c, d) => {
        const [height, outHeight, width, outWidth] = [Math.max(a, b), Math.min(a, b), Math.max(c, d), Math.min(c, d)];
        const values = Float32Array.from({ length: height * width }, (_, i) => (i * 31) % 17);
        const out = new Float64Array(outHeight * outWidth);
        meanPool(height, width, outHeight, outWidth)(values, 0, out);
        const mean = (list: ArrayLike<number>) => Array.from(list).reduce((sum, v) => sum + v, 0) / list.length;
        assert.ok(Math.abs(mean(out) - mean(values)) < 1e-9);
      }),
    );
  });
});
