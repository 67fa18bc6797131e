import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { PositionGrid } from '../../../src/engine/concept/index.js';
import { KeptFiring } from '../../../src/engine/unit/keptFiring.js';

type Told = [sample: number, slot: number, places: number[] | number];

/** What a sink is told; on a grid of samples how often alone. */
async function replayed(kept: KeptFiring, grid: PositionGrid, first: number, end: number): Promise<Told[]> {
  const told: Told[] = [];
  await kept.replay(first, end, {
    fired: (sample, slot, places, count) =>
      void told.push([sample, slot, grid.kind === 'places' ? [...places.subarray(0, count)] : count]),
  });
  return told;
}

describe('firing that is kept', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is told again as it was, of the units that are asked for, from memory and from a file', async () => {
    const [samples, units, height, width] = [7, 5, 4, 9];
    const entry = fc.record({
      sample: fc.nat(samples - 1),
      slot: fc.nat(units - 1),
      places: fc.uniqueArray(fc.nat(height * width - 1), { minLength: 1 }).map((list) => list.sort((a, b) => a - b)),
    });
    const entries = fc
      .uniqueArray(entry, { selector: ({ sample, slot }) => sample * units + slot })
      .map((list) => list.sort((a, b) => a.sample - b.sample || a.slot - b.slot));
    await fc.assert(
      fc.asyncProperty(entries, fc.boolean(), fc.boolean(), async (list, ofPlaces, inMemory) => {
        const grid: PositionGrid = { kind: ofPlaces ? 'places' : 'samples', samples, height, width };
        const kept = new KeptFiring(grid, units, inMemory ? 2 ** 20 : 0, folder);
        for (const { sample, slot, places } of list) kept.fired(sample, slot, Int32Array.from(places), places.length);
        for (const [first, end] of [
          [0, 5],
          [0, 2],
          [2, 5],
          [4, 4],
        ]) {
          const expected = list
            .filter(({ slot }) => slot >= first && slot < end)
            .map(({ sample, slot, places }): Told => [sample, slot - first, ofPlaces ? places : places.length]);
          assert.deepEqual(await replayed(kept, grid, first, end), expected);
        }
        const sum = (slot: number) => list.reduce((n, one) => n + (one.slot === slot ? one.places.length : 0), 0);
        assert.deepEqual([...kept.fires], [0, 1, 2, 3, 4].map(sum)); // prettier-ignore
        kept.close();
      }),
      { numRuns: 100 },
    );
    assert.deepEqual(readdirSync(folder), [], 'nothing lies about');
  });

  it('fills memory first and goes on in the file', async () => {
    // 400 units fire in 100 samples at 60 places apart from one another: 120 bytes of runs and more an entry, 5 MB.
    const grid: PositionGrid = { kind: 'places', samples: 100, height: 20, width: 20 };
    const kept = new KeptFiring(grid, 400, 2.5 * 2 ** 20, folder);
    const places = (sample: number, slot: number) =>
      Int32Array.from({ length: 60 }, (_, i) => 6 * i + ((sample + slot) % 5));
    for (let sample = 0; sample < 100; sample++) {
      for (let slot = 0; slot < 400; slot++) kept.fired(sample, slot, places(sample, slot), 60);
    }
    let entries = 0;
    await kept.replay(0, 400, {
      fired(sample, slot, told, count) {
        assert.deepEqual([sample, slot], [Math.floor(entries / 400), entries % 400]);
        entries++;
        assert.deepEqual(told.subarray(0, count), places(sample, slot));
      },
    });
    assert.equal(entries, 40_000);
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(kept.replay(0, 1, { fired: () => undefined }, stopped), /stopped/);
    kept.close();
  });

  it('that cannot be written is given up, and still counted', () => {
    const grid: PositionGrid = { kind: 'samples', samples: 2_000_000, height: 1, width: 1 };
    const kept = new KeptFiring(grid, 1, 0, path.join(folder, 'not', 'there'));
    for (let sample = 0; sample < 400_000; sample++) kept.fired(sample, 0, Int32Array.of(0), 1);
    assert.deepEqual([kept.isWhole, kept.fires[0]], [false, 400_000]);
    // What fails with the last entry is not lost in silence either.
    const late = new KeptFiring(grid, 1, 0, path.join(folder, 'not', 'there'));
    late.fired(0, 0, Int32Array.of(0), 1);
    assert.equal(late.isWhole, true);
    late.end();
    assert.equal(late.isWhole, false);
    return assert.rejects(late.replay(0, 1, { fired: () => undefined }), /was not kept/);
  });
});
