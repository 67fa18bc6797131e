import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rowsOf, sparkBins } from '../../../src/extension/layerRows.js';
import { addLabels, summaryOf, withStatistics } from '../../../src/extension/layerResults.js';
import type { Layer } from '../../../src/shared/model.js';
import type { UnitExplanation } from '../../../src/shared/results.js';

const layer: Layer = {
  name: 'relu',
  node: '',
  op: 'Relu',
  module: null,
  source: null,
  shape: null,
  units: 4,
  unitAxis: 1,
  parameters: 0,
};

const unit = (number: number, rest: Partial<UnitExplanation>): UnitExplanation => ({
  unit: number,
  status: 'explained',
  threshold: 0,
  fireRate: 0,
  label: null,
  formula: null,
  length: 0,
  iou: 0,
  precision: 0,
  recall: 0,
  floor: 0,
  optimal: false,
  single: null,
  alternatives: [],
  histogram: { edges: [], counts: [] },
  top: [],
  ...rest,
});

type Histogram = UnitExplanation['histogram'];

/** A layer's rows with one unit of this histogram. */
const rowsWith = (histogram: Histogram, rest: Partial<UnitExplanation> = {}) =>
  rowsOf(withStatistics({ layer, shape: [], maps: null, explanations: [unit(0, { histogram, ...rest })] }));
const sparkOf = (histogram: Histogram) => rowsWith(histogram).sparks;

describe('the rows of a layer', () => {
  it('count the units by what their labels are worth', () => {
    const results = withStatistics({
      layer,
      shape: [1, 4],
      maps: null,
      explanations: [5, 6, 7, 8].map((number) => unit(number, number === 5 ? { status: 'dead' } : {})),
    });
    assert.equal(summaryOf(results).state, 'measured');
    assert.equal(rowsOf(results).labelled, false);

    addLabels(results, [unit(7, { label: 'b', iou: 0.2, floor: 0.2 }), unit(6, { label: 'a', iou: 0.5, floor: 0.2 })]);
    addLabels(results, [unit(8, { status: 'no-match' }), unit(99, { label: 'not there' })]);
    const { explained, atChance, silent, other, state } = summaryOf(results);
    assert.deepEqual(
      { explained, atChance, silent, other, state },
      { explained: 1, atChance: 1, silent: 1, other: 1, state: 'labelled' },
    );
    const rows = rowsOf(results);
    assert.deepEqual([...rows.units], [5, 6, 7, 8]);
    assert.deepEqual(rows.labels, [null, 'a', 'b', null]);
    assert.equal(rows.labelled, true);
  });

  it('draw a histogram of as many bins as bars, heights by square root', () => {
    const counts = Array.from({ length: sparkBins }, () => 0);
    counts[0] = 100;
    counts[3] = 25;
    const edges = Array.from({ length: sparkBins + 1 }, (_, i) => i / 8);
    const bars = [...sparkOf({ edges, counts })];
    assert.equal(bars[0], 255);
    assert.equal(bars[3], Math.round(255 * Math.sqrt(25 / 100)));
    assert.ok(bars.every((bar, i) => bar === 0 || i === 0 || i === 3));
  });

  it('share a bin among the bars that it spans', () => {
    // Two bins over 24 bars: each bar of the first half has 12/12, each of the second 48/12, a quarter of the height squared.
    const bars = [...sparkOf({ edges: [0, 1, 2], counts: [12, 48] })];
    assert.deepEqual(bars, [...Array(12).fill(Math.round(255 * Math.sqrt(1 / 4))), ...Array(12).fill(255)]);
  });

  it('leave no count out and draw none that is not there', () => {
    const histogram = fc
      .array(fc.nat(1000), { minLength: 1, maxLength: 200 })
      .chain((counts) =>
        fc.tuple(fc.constant(counts), fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 })),
      );
    fc.assert(
      fc.property(histogram, ([counts, low, width]) => {
        const edges = Array.from({ length: counts.length + 1 }, (_, i) => low + (i * width) / counts.length);
        const bars = sparkOf({ edges, counts });
        const lowest = (share: number, total: number) => Math.floor((share * total) / counts.length + 1e-9);
        counts.forEach((count, bin) => {
          if (count === 0) return;
          const first = lowest(bin * sparkBins, 1);
          const last = Math.min(sparkBins - 1, Math.ceil(((bin + 1) * sparkBins) / counts.length - 1e-9) - 1);
          assert.ok(
            bars.slice(first, last + 1).some((bar) => bar > 0),
            `bin ${bin} is not drawn`,
          );
        });
        assert.equal(Math.max(...bars), counts.some((count) => count > 0) ? 255 : 0);
      }),
    );
  });

  it('say which bars lie above the threshold', () => {
    const histogram = { edges: Array.from({ length: 25 }, (_, i) => i), counts: Array<number>(24).fill(10) };
    const at = (threshold: number | null, fireRate: number) =>
      rowsWith(histogram, { threshold, fireRate }).sparkThreshold[0];
    assert.equal(at(-1, 1), 0);
    assert.equal(at(5.9, 18.1 / 24), 6);
    assert.equal(at(6.5, 17.5 / 24), 7);
    assert.equal(at(24, 0), sparkBins);
    assert.equal(at(null, 0), sparkBins);
  });

  it('colour nothing that does not fire', () => {
    // A ReLU: 900 zeros share the lowest bin with 10 small activations, 90 lie higher; the threshold is 0.
    const relu = { edges: Array.from({ length: 49 }, (_, i) => i), counts: Array<number>(48).fill(0) };
    relu.counts[0] = 910;
    relu.counts[40] = 90;
    assert.equal(rowsWith(relu, { threshold: 0, fireRate: 0.1 }).sparkThreshold[0], 1);
    // The same in bins of which the lowest takes four bars and so the zeros do.
    const coarse = { edges: [0, 1, 2, 3, 4, 5, 6], counts: [910, 0, 0, 0, 0, 90] };
    assert.equal(rowsWith(coarse, { threshold: 0, fireRate: 0.1 }).sparkThreshold[0], 4);
  });

  it('draw one bar for a unit with one value', () => {
    const bars = [...sparkOf({ edges: [2, 2], counts: [7] })];
    assert.equal(bars.filter((bar) => bar > 0).length, 1);
  });
});
