import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { explainUnits } from '../../../src/engine/concept/explainUnits.js';
import { groupPositions } from '../../../src/engine/concept/groups.js';
import { hasBit, type ConceptSet } from '../../../src/engine/concept/conceptSet.js';
import { mulberry32 } from '../../../src/engine/random.js';
import { resizeBilinear } from '../../../src/engine/unit/bilinear.js';
import { firingCounts, type FiringCounts } from '../../../src/engine/unit/firingCounts.js';
import { GroupCounter } from '../../../src/engine/unit/groupCounter.js';
import { unitHistograms } from '../../../src/engine/unit/histogram.js';
import { measuredUnits } from '../../../src/engine/unit/measuredUnits.js';
import { sampleShuffle } from '../../../src/engine/unit/sampleShuffle.js';
import { unitStatistics } from '../../../src/engine/unit/statistics.js';
import type { ThresholdRule } from '../../../src/engine/unit/threshold.js';
import type { UnitExplanation } from '../../../src/shared/results.js';
import { projectRoot } from '../../support/sharedData.js';
import { fromText, groupsOf, ofPlaces, ofSamples, sampleConcepts } from '../concept/conceptSets.js';
import { reduce } from './batches.js';

interface ResizeCase {
  height: number;
  width: number;
  outHeight: number;
  outWidth: number;
  values: number[];
  resized: number[];
}

const resizeCases = JSON.parse(
  readFileSync(path.join(projectRoot, 'test/fixtures/unit/resize.json'), 'utf8'),
) as ResizeCase[];

const value0 = { kind: 'value', value: 0 } as const;

function measure(
  set: ConceptSet,
  values: Float32Array,
  shape: { samples: number; units: number; height?: number; width?: number },
  options: { threshold?: ThresholdRule; seed?: number; shuffles?: number; batch?: number; minActive?: number } = {},
) {
  const layer = { height: shape.height ?? 1, width: shape.width ?? 1 };
  const groups = groupPositions(set, layer);
  const threshold = options.threshold ?? value0;
  const statistics = reduce(
    unitStatistics({ ...shape, positionsPerSample: layer.height * layer.width, threshold }),
    values,
    shape,
    options.batch,
  );
  const { seed = 0, shuffles } = options;
  const counting = firingCounts({ groups, layer, statistics, seed, shuffles });
  const firing = reduce(counting, values, shape, options.batch);
  const histograms = reduce(unitHistograms(statistics), values, shape, options.batch);
  return { groups, firing, measured: measuredUnits(statistics, histograms, firing, options.minActive ?? 1) };
}

async function explain(
  { groups, firing, measured }: ReturnType<typeof measure>,
  settings = { search: 'beam' as const, maxLength: 3, beam: 5 },
): Promise<UnitExplanation[]> {
  const units: UnitExplanation[] = [];
  for await (const unit of explainUnits({ groups, firing, measured, settings })) units.push(unit);
  return units.sort((a, b) => a.unit - b.unit);
}

const dense = ({ counts }: FiringCounts, groups: number, slot: number): number[] => {
  const list = Array<number>(groups).fill(0);
  counts[slot].groups.forEach((group, i) => (list[group] = counts[slot].counts[i]));
  return list;
};

describe('bilinear resize', () => {
  for (const { height, width, outHeight, outWidth, values, resized } of resizeCases) {
    it(`from ${height} × ${width} to ${outHeight} × ${outWidth} is torch’s, to float32`, () => {
      const ours = resizeBilinear(Float32Array.from(values), height, width, outHeight, outWidth);
      assert.equal(ours.length, resized.length);
      ours.forEach((value, i) => assert.ok(Math.abs(value - resized[i]) < 1e-6, `${i}: ${value}, ${resized[i]}`));
    });
  }

  it('spreads NaN and infinities to what is interpolated from them, and no further', () => {
    // Places 0 and 1 of 6 lie at or before the first source place, 4 and 5 at or behind the second.
    for (const gap of [NaN, Infinity, -Infinity]) {
      const resized = resizeBilinear(Float32Array.from([1, gap]), 1, 2, 1, 6);
      assert.deepEqual([...resized], [1, 1, NaN, NaN, NaN, NaN]);
    }
  });
});

describe('firing positions', () => {
  const places = (samples: number, height: number, width: number): ConceptSet => ({
    samples,
    height,
    width,
    concepts: [
      ofPlaces(
        'odd',
        Array.from({ length: samples * height * width }, (_, i) => i % 2 === 1),
        height * width,
      ),
      ofSamples(
        'late',
        Array.from({ length: samples }, (_, i) => i >= samples / 2),
      ),
    ],
    notes: [],
  });

  it('are those of the resized map above the threshold, counted by group', () => {
    const sizes = fc.record({
      samples: fc.integer({ min: 1, max: 5 }),
      height: fc.integer({ min: 2, max: 5 }),
      width: fc.integer({ min: 1, max: 5 }),
      outHeight: fc.integer({ min: 1, max: 9 }),
      outWidth: fc.integer({ min: 2, max: 9 }),
    });
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.float({ min: -2, max: 2, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
    );
    const problems = sizes.chain((size) => {
      const length = size.samples * 2 * size.height * size.width;
      return fc.tuple(fc.constant(size), fc.array(value, { minLength: length, maxLength: length }));
    });
    fc.assert(
      fc.property(problems, ([{ samples, height, width, outHeight, outWidth }, list]) => {
        const values = Float32Array.from(list);
        const set = places(samples, outHeight, outWidth);
        const { groups, firing } = measure(set, values, { samples, units: 2, height, width }, { batch: 2 });
        const size = height * width;
        const outSize = outHeight * outWidth;
        const of = groupsOf(groups);
        for (const unit of [0, 1]) {
          const expected = Array<number>(groups.count).fill(0);
          const finite = values.some((v, i) => Math.floor(i / size) % 2 === unit && Number.isFinite(v));
          for (let sample = 0; sample < samples && finite; sample++) {
            const start = (sample * 2 + unit) * size;
            const map = values.slice(start, start + size).map((v) => (Number.isFinite(v) ? v : NaN));
            const resized = resizeBilinear(map, height, width, outHeight, outWidth);
            resized.forEach((v, i) => v > 0 && expected[of[sample * outSize + i]]++);
          }
          assert.deepEqual(dense(firing, groups.count, unit), expected);
          assert.equal(
            firing.fires[unit],
            expected.reduce((sum, n) => sum + n, 0),
          );
        }
        assert.equal(firing.positions, samples * outSize);
      }),
    );
  });

  it('cover all places of a sample where concepts are of samples; the layer keeps its size', () => {
    const set = sampleConcepts([fromText('10')]);
    const values = Float32Array.from([1, 0, 2, -1, 3, 3, 3, NaN]);
    const { groups, firing } = measure(set, values, { samples: 2, units: 1, height: 2, width: 2 });
    assert.deepEqual(dense(firing, groups.count, 0), [2, 3]);
    assert.equal(firing.positions, 8);
    // Tokens: 1 × 4.
    const tokens = measure(set, values, { samples: 2, units: 1, height: 1, width: 4 });
    assert.deepEqual(dense(tokens.firing, 2, 0), [2, 3]);
  });

  it('do not include what is level with the threshold, however it is resized', () => {
    const value = Math.fround(0.1);
    const set = places(1, 7, 5);
    const plateau = new Float32Array(9).fill(value);
    const threshold = { kind: 'value', value } as const;
    assert.equal(
      measure(set, plateau, { samples: 1, units: 1, height: 3, width: 3 }, { threshold }).firing.fires[0],
      0,
    );
    // A higher spot makes the map worth resizing; the plateau around it must still be silent.
    const spot = plateau.slice();
    spot[0] = 1;
    const { fires } = measure(set, spot, { samples: 1, units: 1, height: 3, width: 3 }, { threshold }).firing;
    const expected = resizeBilinear(spot, 3, 3, 7, 5).filter((v) => v > value).length;
    // Rows whose centre lies within one source row of the spot's: (i + 0.5)·3/7 − 0.5 < 1, i ≤ 2; columns i ≤ 1 by 3/5… (1 at i = 2).
    assert.equal(expected, 3 * 2);
    assert.equal(fires[0], 6);
  });

  it('of a shuffle are held against the concepts of another sample', () => {
    const samples = 9;
    const set = sampleConcepts(
      Array.from({ length: samples }, (_, c) => Array.from({ length: samples }, (_, i) => i === c)),
    );
    // Unit u fires at sample u alone, so its shuffled count names the sample it was held against.
    const values = Float32Array.from({ length: samples * samples }, (_, i) => (i % (samples + 1) === 0 ? 1 : 0));
    const { groups, firing } = measure(set, values, { samples, units: samples }, { shuffles: 2, seed: 3 });
    firing.shuffled.forEach((round, r) => {
      const order = sampleShuffle(samples, 3, r);
      round.forEach((counts, unit) => {
        assert.deepEqual([[...counts.groups], [...counts.counts]], [[groupsOf(groups)[order[unit]]], [1]]);
      });
    });
  });
});

describe('shuffle of samples', () => {
  it('leaves no sample in its place, and is the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.integer(), fc.nat(5), (samples, seed, round) => {
        const order = sampleShuffle(samples, seed, round);
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          Array.from({ length: samples }, (_, i) => i),
        );
        assert.ok(order.every((to, from) => to !== from));
        assert.deepEqual(sampleShuffle(samples, seed, round), order);
      }),
    );
    assert.notDeepEqual(sampleShuffle(100, 0, 0), sampleShuffle(100, 1, 0));
    assert.notDeepEqual(sampleShuffle(100, 0, 0), sampleShuffle(100, 0, 1));
    assert.deepEqual([...sampleShuffle(1, 0, 0)], [0]);
  });
});

describe('group counter', () => {
  it('counts as a map does, few groups or many', () => {
    const sizes = fc.constantFrom(10, 9000, 1_000_000);
    const adds = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 9 })), { maxLength: 6000 });
    fc.assert(
      fc.property(sizes, adds, (groups, list) => {
        const counter = new GroupCounter(groups);
        const expected = new Map<number, number>();
        for (const [number, count] of list) {
          const group = number % groups;
          counter.add(group, count);
          expected.set(group, (expected.get(group) ?? 0) + count);
        }
        const result = counter.result();
        const order = [...expected].sort(([a], [b]) => a - b);
        assert.deepEqual(
          [...result.groups],
          order.map(([group]) => group),
        );
        assert.deepEqual(
          [...result.counts],
          order.map(([, count]) => count),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('turns into a plain array when most groups have counts', () => {
    const counter = new GroupCounter(20_000);
    for (let group = 0; group < 20_000; group++) for (let n = 0; n <= group % 3; n++) counter.add(group, 1);
    const { groups, counts } = counter.result();
    assert.equal(groups.length, 20_000);
    assert.ok(counts.every((count, i) => count === 1 + (groups[i] % 3)));
  });
});

describe('explained units', () => {
  // Eight samples; a holds in the first four, b in every second.
  const set = sampleConcepts([fromText('11110000'), fromText('10101010')]);
  const columns = [
    [1, 1, 1, 1, 0, 0, 0, 0], // 0: a
    [0, 0, 0, 0, 0, 0, 0, 0], // 1: dead, and constant at 0
    [3, 3, 3, 3, 3, 3, 3, 3], // 2: constant, and always on
    [-3, -3, -3, -3, -3, -3, -3, -3], // 3: constant, and never on
    [0, 0, 0, 0, 0, 0, 2, 0], // 4: fires once
    [1, 2, 3, 4, 5, 6, 7, 8], // 5: always fires
    [-1, 0, 0, 0, 0, 0, 0, -2], // 6: dead
    [0, 0, 0, 0, 0, 1, 0, 1], // 7: where nothing holds
    [NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN], // 8: no finite activation
    [1, Infinity, 1, NaN, 0, -Infinity, 0, 0], // 9: a AND b, where it is finite
  ];
  const samples = 8;
  const units = columns.length;
  const values = Float32Array.from({ length: samples * units }, (_, i) => columns[i % units][Math.floor(i / units)]);
  const shape = { samples, units };

  it('have a status, a fire rate, and a label where there is one', async () => {
    const explained = await explain(measure(set, values, shape, { minActive: 2 }));
    assert.deepEqual(
      explained.map(({ unit, status, fireRate, label }) => [unit, status, fireRate, label]),
      [
        [0, 'explained', 0.5, 'a'],
        [1, 'dead', 0, null],
        [2, 'constant', 1, null],
        [3, 'constant', 0, null],
        [4, 'rare', 1 / 8, null],
        [5, 'explained', 1, 'a OR b'],
        [6, 'dead', 0, null],
        [7, 'no-match', 2 / 8, null],
        [8, 'dead', 0, null],
        [9, 'explained', 2 / 8, 'a AND b'],
      ],
    );
    assert.deepEqual([explained[8].threshold, explained[8].histogram], [null, { edges: [], counts: [] }]);
    assert.deepEqual([explained[5].iou, explained[5].precision, explained[5].recall], [6 / 8, 1, 6 / 8]);
    assert.deepEqual(explained[5].single, { label: 'a', iou: 4 / 8 });
    // A constant unit is no less constant under a quantile threshold, at which it can't fire.
    const [, , constant] = measure(set, values, shape, { threshold: { kind: 'quantile', q: 0.1 } }).measured;
    assert.deepEqual([constant.status, constant.fireRate, constant.threshold], ['constant', 0, 3]);
  });

  it('have the floor that the shuffled unit reaches', async () => {
    const measurements = measure(set, values, shape);
    const [first] = await explain(measurements);
    // Unit 0 fires at samples 0-3; held against the concepts of the samples they are shuffled to.
    const order = sampleShuffle(samples, 0, 0);
    const fires = Array.from({ length: samples }, () => false);
    for (const sample of [0, 1, 2, 3]) fires[order[sample]] = true;
    const masks = set.concepts.map(({ ofSamples }) => fires.map((_, i) => hasBit(ofSamples!, i)));
    const joins = [
      (f: boolean, c: boolean) => f || c,
      (f: boolean, c: boolean) => f && c,
      (f: boolean, c: boolean) => f && !c,
    ];
    let formulas = masks;
    let best = 0;
    for (let length = 1; length <= 3; length++) {
      for (const mask of formulas) {
        const both = mask.filter((m, i) => m && fires[i]).length;
        best = Math.max(best, both / mask.filter((m, i) => m || fires[i]).length);
      }
      formulas = formulas.flatMap((f) => masks.flatMap((c) => joins.map((join) => f.map((m, i) => join(m, c[i])))));
    }
    assert.equal(first.floor, best);
    assert.ok(first.floor < first.iou);
  });

  it('of a single sample have no floor', async () => {
    const one = sampleConcepts([[true]]);
    const [unit] = await explain(
      measure(one, Float32Array.from([1, 0, 2, 2]), { samples: 1, units: 1, height: 2, width: 2 }),
    );
    assert.deepEqual([unit.label, unit.iou, unit.floor], ['a', 3 / 4, 0]);
  });

  it('come out in equal bytes whatever the batches', async () => {
    const once = JSON.stringify(await explain(measure(set, values, shape)));
    for (const batch of [1, 3])
      assert.equal(JSON.stringify(await explain(measure(set, values, shape, { batch }))), once);
  });

  it('stop when they are told to', async () => {
    const { groups, firing, measured } = measure(set, values, shape);
    const controller = new AbortController();
    const settings = { search: 'beam' as const, maxLength: 3, beam: 5 };
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const { unit } of explainUnits({ groups, firing, measured, settings, signal: controller.signal })) {
        seen.push(unit);
        controller.abort(new Error('stopped'));
      }
    }, /stopped/);
    assert.equal(seen.length, 1);
  });

  it('stop in the midst of a proof that would take days', async () => {
    // Noise of 600 samples, 60 concepts, formulas of six: nothing but time ends the proof of its one unit.
    const random = mulberry32(3);
    const noise = (): boolean[] => Array.from({ length: 600 }, () => random() < 0.5);
    const hard = sampleConcepts(Array.from({ length: 60 }, noise));
    const { groups, firing, measured } = measure(hard, Float32Array.from(noise(), Number), { samples: 600, units: 1 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stopped')), 100);
    const settings = { search: 'optimal' as const, maxLength: 6, beam: 5, budget: 1e15 };
    await assert.rejects(async () => {
      for await (const { label } of explainUnits({ groups, firing, measured, settings, signal: controller.signal }))
        assert.fail(`it has a label: ${label}`);
    }, /stopped/);
  });

  it('say once where the proof was given up', async () => {
    const { groups, firing, measured } = measure(set, values, shape);
    const label = async (budget?: number) => {
      const notes: string[] = [];
      const units: UnitExplanation[] = [];
      const settings = { search: 'optimal' as const, maxLength: 3, beam: 5, budget };
      const onNote = (note: string) => void notes.push(note);
      for await (const unit of explainUnits({ groups, firing, measured, settings, onNote })) units.push(unit);
      const proven = units.filter(({ optimal }) => optimal).map(({ unit }) => unit);
      return { notes, proven: proven.sort((a, b) => a - b) };
    };
    assert.deepEqual(await label(), { notes: [], proven: [0, 4, 5, 9] });
    // The labels of units 0, 5 and 9 cover all that concepts can and nothing else: that is proof enough.
    // Unit 4 fires at sample 6 alone; b AND NOT a holds at 4 and 6, 1/2, and without a proof 1 is not ruled out.
    assert.deepEqual(await label(3), {
      notes: [
        "1 of 10 units has the beam's label, not proven the best: " +
          'the proof for up to 3 concepts of 2 would take too long; at most 0.50 better is possible',
      ],
      proven: [0, 5, 9],
    });
  });
});
