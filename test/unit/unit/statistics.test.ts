import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { unitHistograms } from '../../../src/engine/unit/histogram.js';
import { unitStatistics } from '../../../src/engine/unit/statistics.js';
import { TopValues } from '../../../src/engine/unit/topValues.js';
import { UserError } from '../../../src/shared/userError.js';
import { projectRoot } from '../../support/sharedData.js';
import { reduce } from './batches.js';

interface NumpyCase {
  name: string;
  values: number[];
  quantiles: Record<string, number>;
  mean: number;
  std: number;
  min: number;
  max: number;
  edges: number[] | null;
  counts: number[] | null;
}

const cases = JSON.parse(
  readFileSync(path.join(projectRoot, 'test/fixtures/unit/statistics.json'), 'utf8'),
) as NumpyCase[];
const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

const value0 = { kind: 'value', value: 0 } as const;

describe('unit statistics', () => {
  for (const { name, values, quantiles, ...numpy } of cases) {
    it(`of values "${name}" are numpy’s, with Network Dissection’s knot for the quantile`, () => {
      for (const [q, expected] of Object.entries(quantiles)) {
        const threshold = { kind: 'quantile', q: Number(q) } as const;
        const shape = { samples: values.length, units: 1 };
        const [unit] = reduce(
          unitStatistics({ ...shape, positionsPerSample: 1, threshold }),
          Float32Array.from(values),
          shape,
          37,
        );
        close(unit.threshold!, expected);
        close(unit.mean, numpy.mean);
        close(unit.std, numpy.std);
        assert.deepEqual([unit.min, unit.max, unit.finite], [numpy.min, numpy.max, values.length]);
      }
    });
  }

  it('find the exact quantile of any share, NaN and infinities left out', () => {
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
      { weight: 3, arbitrary: fc.constantFrom(0, 1, 6) },
      { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 900 }),
        fc.double({ min: 0.0001, max: 0.9999, noNaN: true }),
        (values, q) => {
          const shape = { samples: values.length, units: 1 };
          const options = { ...shape, positionsPerSample: 1, threshold: { kind: 'quantile', q } as const };
          const [unit] = reduce(unitStatistics(options), Float32Array.from(values), shape, 100);
          const finite = Float32Array.from(values.filter(Number.isFinite)).sort();
          assert.equal(unit.finite, finite.length);
          assert.equal(unit.nonFinite, values.length - finite.length);
          if (finite.length === 0) return assert.equal(unit.threshold, null);
          const p = q < 0.001 ? 1 - q : Math.max(0, Math.trunc(1000 * (1 - q) - 1)) / 999;
          const point = p * (finite.length - 1);
          const low = finite[Math.floor(point)];
          const high = finite[Math.min(finite.length - 1, Math.floor(point) + 1)];
          close(unit.threshold!, low + (high - low) * (point - Math.floor(point)));
        },
      ),
    );
  });

  it('find the exact quantile of the whole numbers below n in any order', () => {
    // With the large ones first, all that is needed is dropped at once where too little is kept.
    const orders = fc.constantFrom('mixed', 'large half first', 'falling', 'rising');
    const sizes = fc.integer({ min: 600, max: 3000 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 300 }), orders, (n, thousandths, order) => {
        const shape = { samples: n, units: 1 };
        const threshold = { kind: 'quantile', q: thousandths / 1000 } as const;
        const key = (v: number): number => {
          if (order === 'rising') return v;
          if (order === 'falling') return -v;
          return Math.sin(v * v) + (order === 'large half first' && v >= n / 2 ? -9 : 0);
        };
        const values = Float32Array.from({ length: n }, (_, i) => i).sort((a, b) => key(a) - key(b));
        const [unit] = reduce(unitStatistics({ ...shape, positionsPerSample: 1, threshold }), values, shape);
        close(unit.threshold!, ((999 - thousandths) / 999) * (n - 1));
      }),
      { numRuns: 200 },
    );
  });

  it('keep only the tail: a million values in random order', () => {
    const values = new Float32Array(1_000_000);
    for (let i = 0; i < values.length; i++) values[i] = (i * 7919) % 1_000_003; // distinct: 1,000,003 is prime
    const shape = { samples: 1000, units: 1, height: 20, width: 50 };
    const [unit] = reduce(
      unitStatistics({ ...shape, positionsPerSample: 1000, threshold: { kind: 'quantile', q: 0.005 }, memory: 30_000 }),
      values,
      shape,
      64,
    );
    const sorted = values.slice().sort();
    const point = (994 / 999) * 999_999;
    const low = sorted[Math.floor(point)];
    close(unit.threshold!, low + (sorted[Math.floor(point) + 1] - low) * (point % 1));
  });

  it('rank the strongest inputs: one position a sample, the first of equal ones', () => {
    // Three samples of 2 × 2 places, one unit.
    const values = Float32Array.from([1, 5, 5, 0, 7, NaN, 2, Infinity, 5, 4, 3, 2]);
    const shape = { samples: 3, units: 1, height: 2, width: 2 };
    const options = { ...shape, positionsPerSample: 4, threshold: value0 };
    const [unit] = reduce(unitStatistics(options), values, shape, 1);
    assert.deepEqual(unit.strongest, [
      { sample: 1, position: 0, value: 7 },
      { sample: 0, position: 1, value: 5 },
      { sample: 2, position: 0, value: 5 },
    ]);
    assert.equal(unit.nonFinite, 2);
    const [two] = reduce(unitStatistics({ ...options, strongest: 2 }), values, shape);
    assert.deepEqual(
      two.strongest.map(({ sample }) => sample),
      [1, 0],
    );
  });

  it('say nothing of a unit without a finite activation', () => {
    const shape = { samples: 2, units: 1 };
    const options = { ...shape, positionsPerSample: 1, threshold: value0 };
    const [unit] = reduce(unitStatistics(options), Float32Array.from([NaN, -Infinity]), shape);
    assert.deepEqual([unit.finite, unit.nonFinite, unit.threshold, unit.strongest], [0, 2, null, []]);
    assert.ok([unit.min, unit.max, unit.mean, unit.std].every(Number.isNaN));
    assert.deepEqual(unitHistograms([unit]).result(), [{ edges: [], counts: [] }]);
  });

  it('are the same whatever the batches, and for the units picked', () => {
    const shape = { samples: 12, units: 3, height: 3, width: 2 };
    const values = Float32Array.from({ length: 12 * 3 * 6 }, (_, i) => Math.sin(i * i));
    const options = { ...shape, positionsPerSample: 6, threshold: { kind: 'quantile', q: 0.1 } as const };
    const whole = reduce(unitStatistics(options), values, shape);
    for (const size of [1, 5]) assert.deepEqual(reduce(unitStatistics(options), values, shape, size), whole);
    assert.deepEqual(reduce(unitStatistics({ ...options, select: [2, 0] }), values, shape), [whole[2], whole[0]]);
  });

  it('refuse a quantile that would keep too much', () => {
    const options = {
      units: 512,
      samples: 1000,
      positionsPerSample: 3136,
      threshold: { kind: 'quantile', q: 0.5 } as const,
    };
    assert.throws(
      () => unitStatistics(options),
      (error) => error instanceof UserError && /quantile:0.5.*512 units.*MB/.test(error.message) && !!error.hint,
    );
  });
});

describe('largest values', () => {
  it('are those of the sorted list, in any order of arrival', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5000 })), {
      minLength: 1,
      maxLength: 3000,
      size: 'max',
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 400 }), fc.nat(), (list, most, pick) => {
        const size = Math.min(most, list.length);
        const top = new TopValues(size, list.length);
        list.forEach((value) => top.add(value));
        const rank = pick % size;
        assert.equal(top.largest(rank), [...list].sort((a, b) => b - a)[rank]);
        assert.equal(top.largest(size - 1), [...list].sort((a, b) => b - a)[size - 1]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('histogram', () => {
  for (const { name, values, edges, counts } of cases) {
    if (!edges || !counts) continue;
    it(`of values "${name}" is numpy’s "scott"`, () => {
      const shape = { samples: values.length, units: 1 };
      const data = Float32Array.from(values);
      const statistics = reduce(unitStatistics({ ...shape, positionsPerSample: 1, threshold: value0 }), data, shape);
      const [histogram] = reduce(unitHistograms(statistics), data, shape, 50);
      assert.deepEqual(histogram.counts, counts);
      histogram.edges.forEach((edge, i) => close(edge, edges[i]));
    });
  }

  it('counts every finite value once, in at most 200 bins', () => {
    // One outlier: Scott's rule alone would make thousands of bins.
    const values = Float32Array.from({ length: 20_000 }, (_, i) => (i === 7 ? 1e6 : i === 8 ? NaN : Math.sin(i)));
    const shape = { samples: 20_000, units: 1 };
    const statistics = reduce(unitStatistics({ ...shape, positionsPerSample: 1, threshold: value0 }), values, shape);
    const [{ edges, counts }] = reduce(unitHistograms(statistics), values, shape);
    assert.ok(counts.length <= 200 && counts.length > 1);
    assert.equal(edges.length, counts.length + 1);
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      19_999,
    );
    assert.equal(counts[counts.length - 1], 1);
  });

  it('puts a value that lies on an edge above it, the highest into the last bin', () => {
    const values = fc.array(
      fc.integer({ min: 0, max: 60 }).map((n) => Math.fround(n / 10)),
      { minLength: 2, maxLength: 400, size: 'max' },
    );
    fc.assert(
      fc.property(values, (list) => {
        const shape = { samples: list.length, units: 1 };
        const data = Float32Array.from(list);
        const statistics = reduce(unitStatistics({ ...shape, positionsPerSample: 1, threshold: value0 }), data, shape);
        const [{ edges, counts }] = reduce(unitHistograms(statistics), data, shape);
        const expected = counts.map(
          (_, i) => list.filter((v) => v >= edges[i] && (v < edges[i + 1] || i === counts.length - 1)).length,
        );
        assert.deepEqual(counts, expected);
      }),
      { numRuns: 500 },
    );
  });

  it('goes by its edges where the arithmetic of the bin is a rounding off', () => {
    const scott = Math.cbrt(24 * Math.sqrt(Math.PI)); // bin width / σ for one value
    const binned = (max: number, bins: number, value: number) => {
      const [unit] = reduce(
        unitStatistics({ samples: 1, units: 1, positionsPerSample: 1, threshold: value0 }),
        Float32Array.of(value),
        { samples: 1, units: 1 },
      );
      // As many bins as wanted from 0 to max: σ such that one less than a whole bin is left over.
      const statistics = [{ ...unit, min: 0, max, std: max / (bins - 0.5) / scott }];
      const [{ edges, counts }] = reduce(unitHistograms(statistics), Float32Array.of(value), { samples: 1, units: 1 });
      assert.equal(counts.length, bins);
      return { edges, bin: counts.indexOf(1) };
    };
    // 49·(2 / 98) < 1, but 49 lies on the edge.
    assert.deepEqual(binned(98, 2, 49), { edges: [0, 49, 98], bin: 1 });
    // 29·(14 / 58) = 7, but the edge 7·(58 / 14) came out a little above 29.
    const { edges, bin } = binned(58, 14, 29);
    assert.ok(edges[7] > 29);
    assert.equal(bin, 6);
  });

  it('of one and the same value is one bin around it', () => {
    const shape = { samples: 3, units: 1 };
    const values = Float32Array.from([2, 2, 2]);
    const statistics = reduce(unitStatistics({ ...shape, positionsPerSample: 1, threshold: value0 }), values, shape);
    assert.deepEqual(reduce(unitHistograms(statistics), values, shape), [{ edges: [1.5, 2.5], counts: [3] }]);
  });
});
