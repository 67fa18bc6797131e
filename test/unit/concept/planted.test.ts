import assert from 'node:assert/strict';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import type { ExplainEvent } from '../../../src/shared/engineApi.js';
import { defaultSettings, type Settings } from '../../../src/shared/results.js';
import { npy } from '../../support/npyFile.js';
import { writeSmallNetwork } from '../cli/smallNetwork.js';
import { explain, requestFor } from '../engine/request.js';
import { testFolder } from '../probe/folder.js';

type Mask = readonly boolean[];

/** Best IoU of all left-deep formulas of up to three atoms. */
function exhaustive(concepts: readonly Mask[], fires: Mask): number {
  let best = 0;
  let formulas: readonly Mask[] = concepts;
  for (let length = 1; length <= 3; length++) {
    for (const mask of formulas) {
      const both = mask.filter((holds, i) => holds && fires[i]).length;
      const either = mask.filter((holds, i) => holds || fires[i]).length;
      best = Math.max(best, either === 0 ? 0 : both / either);
    }
    const longer = formulas.flatMap((left) =>
      concepts.flatMap((right) => [
        left.map((f, i) => f || right[i]),
        left.map((f, i) => f && right[i]),
        left.map((f, i) => f && !right[i]),
      ]),
    );
    // Each mask once.
    formulas = [...new Map(longer.map((mask) => [mask.map(Number).join(''), mask])).values()];
  }
  return best;
}

/** Samples with concepts of every kind: noise, rare, common, a duplicate, empty and all-true. */
const problems = fc.integer({ min: 6, max: 24 }).chain((samples) => {
  const mask = (share: number) =>
    fc.array(
      fc.integer({ min: 1, max: 100 }).map((n) => n <= share),
      { minLength: samples, maxLength: samples },
    );
  return fc
    .tuple(
      mask(50),
      mask(40),
      fc.nat(samples - 1),
      mask(85),
      fc.array(fc.nat(9), { minLength: samples, maxLength: samples }),
    )
    .map(([noise, other, at, common, odd]) => ({
      concepts: [
        noise,
        other,
        noise.map((_, i) => i === at), // rare
        common,
        [...noise], // a duplicate
        noise.map(() => false),
        noise.map(() => true),
      ],
      odd,
    }));
});

/** Units: planted, planted with NaN and infinity, dead, constant, always on, at chance. */
const unitsOf = ({ concepts: [noise, other, rare, common], odd }: { concepts: Mask[]; odd: number[] }): number[][] => [
  noise.map((_, i) => ((noise[i] || rare[i]) && !other[i] ? 1 + i : -1)),
  noise.map((_, i) => [NaN, Infinity, -Infinity][odd[i]] ?? (common[i] && other[i] ? 1 : 0)),
  noise.map(() => 0),
  noise.map(() => 3),
  noise.map((_, i) => i + 1),
  noise.map((_, i) => (odd[i] % 2 ? 1 : -1)),
];

describe('labels of planted units', function () {
  this.timeout(120_000);
  const folder = testFolder();
  let written = 0;

  async function labels(
    problem: { concepts: Mask[]; odd: number[] },
    more: Partial<Settings>,
    threads: number | null = 1,
  ) {
    const units = unitsOf(problem);
    const samples = problem.odd.length;
    const name = `set${written++}`;
    folder.write(`${name}.npy`, npy('<f4', [samples, 1], new Float32Array(samples)));
    folder.write(
      `${name}.npz`,
      zipSync(
        Object.fromEntries(
          problem.concepts.map((mask, i) => [`c${i}.npy`, npy('|b1', [samples], Uint8Array.from(mask, Number))]),
        ),
      ),
    );
    const probe = folder.write(
      `${name}.probe.json`,
      Buffer.from(JSON.stringify({ kind: 'arrays', data: `${name}.npy`, concepts: `${name}.npz` })),
    );
    const values = Float32Array.from(
      { length: samples * units.length },
      (_, i) => units[i % units.length][Math.floor(i / units.length)],
    );
    const activations = folder.write(`${name}.activations.npy`, npy('<f4', [samples, units.length], values));
    const events: ExplainEvent[] = [];
    const explanation = await explain(
      requestFor(null, {
        probe: { kind: 'file', path: probe },
        activations,
        threads,
        settings: { ...defaultSettings, threshold: 'value:0', ...more },
      }),
      (event) => events.push(event),
    );
    return { explanation, explanations: explanation.layers[0].explanations, events, units };
  }

  it('are what exhaustive search finds, whatever the concepts and the units are like', async () => {
    await fc.assert(
      fc.asyncProperty(problems, async (problem) => {
        const { explanations, units } = await labels(problem, { search: 'optimal' });
        for (const { unit, status, iou, optimal, bound } of explanations) {
          const fires = units[unit].map((value) => value > 0 && value < Infinity);
          const finite = units[unit].filter(Number.isFinite);
          const same = finite.length > 0 && finite.every((value) => value === finite[0]);
          if (!fires.includes(true)) assert.equal(status, same && finite[0] !== 0 ? 'constant' : 'dead');
          else if (same) assert.equal(status, 'constant');
          else {
            const best = exhaustive(problem.concepts, fires);
            assert.deepEqual([status, iou, optimal, bound], ['explained', best, true, best], `unit ${unit}`);
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  it('are equal to the byte on one and two threads, for every search', async () => {
    await fc.assert(
      fc.asyncProperty(
        problems,
        fc.constantFrom<Settings['search']>('beam', 'optimal', 'single'),
        async (problem, search) => {
          const bytes = async (threads: number): Promise<string> => {
            const { explanation } = await labels(problem, { search, shuffles: 3 }, threads);
            // The files are written anew, with the time of writing in them.
            return JSON.stringify({ ...explanation, probe: { ...explanation.probe, sha256: '' } });
          };
          assert.equal(await bytes(1), await bytes(2));
        },
      ),
      { numRuns: 6 },
    );
    const { model, probe } = writeSmallNetwork(folder.path('net'));
    const network = (threads: number) =>
      explain(
        requestFor(model, {
          probe: { kind: 'file', path: probe },
          threads,
          settings: { ...defaultSettings, search: 'optimal' },
        }),
      );
    assert.equal(JSON.stringify(await network(1)), JSON.stringify(await network(2)));
  });

  it('are ranked among those of several shuffles', async () => {
    await fc.assert(
      fc.asyncProperty(problems, fc.integer({ min: 2, max: 5 }), async (problem, shuffles) => {
        const { explanations } = await labels(problem, { shuffles });
        // Where a label is perfect, no shuffle can do better; where it is no better than all shuffles, the rank is 1.
        for (const { label, pValue, iou, floor } of explanations) {
          if (label === null) continue;
          const reaching = pValue! * (shuffles + 1) - 1;
          assert.ok(Math.abs(reaching - Math.round(reaching)) < 1e-9 && reaching > -1e-9 && reaching < shuffles + 1e-9);
          if (iou < floor) assert.ok(reaching > 0.5);
          if (reaching < 0.5) assert.ok(floor < iou);
        }
      }),
      { numRuns: 6 },
    );
    const concept = [true, true, false, false, false, false];
    const all = { concepts: Array.from({ length: 7 }, () => concept), odd: [0, 0, 0, 0, 0, 0] };
    // A unit that fires at all six samples does so shuffled as well: every shuffle reaches its 2/6.
    const { explanations } = await labels(all, { shuffles: 4 });
    assert.deepEqual([explanations[4].iou, explanations[4].floor, explanations[4].pValue], [2 / 6, 2 / 6, 1]);
  });

  it('come at once as single concepts, then the units that fire most first', async () => {
    const at = (positions: number[]) => Array.from({ length: 8 }, (_, i) => positions.includes(i));
    const concepts = [
      at([0, 1, 2, 3]),
      at([4, 5]),
      at([7]),
      at([0, 1, 2, 3, 4, 5]),
      at([0, 1, 2, 3]),
      at([]),
      at([0, 1, 2, 3, 4, 5, 6, 7]),
    ];
    const { events, explanations } = await labels({ concepts, odd: [3, 3, 3, 3, 3, 3, 3, 3] }, { search: 'optimal' });
    const bundles = events.filter((event) => event.type === 'labels').map((event) => event.explanations);
    const searched = explanations.filter(({ status }) => status === 'explained');
    // The first are all there is to label, in one event, each with one concept and proof of nothing.
    assert.deepEqual(
      bundles[0].map(({ unit }) => unit),
      searched.map(({ unit }) => unit),
    );
    for (const { label, single, length, optimal } of bundles[0])
      assert.deepEqual([label, length, optimal], [single!.label, 1, false]);
    const after = bundles.slice(1).flat();
    assert.deepEqual(
      [...after].sort((a, b) => a.unit - b.unit),
      explanations,
    );
    const rates = after.map(({ fireRate }) => fireRate);
    assert.deepEqual(
      rates,
      [...rates].sort((a, b) => b - a),
    );
  });
});
