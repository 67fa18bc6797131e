import assert from 'node:assert/strict';
import type { Activations, MeasuredLayer } from '../../../src/engine/explain/activations.js';
import { groupStatistics } from '../../../src/engine/explain/groupStatistics.js';

const [samples, units, height, width] = [40, 5, 5, 5];
const shape = [1, units, height, width];
const layer: MeasuredLayer = {
  layer: { ...{ name: 'x', node: '', op: '', module: null, source: null, shape }, units, unitAxis: 1, parameters: 0 },
  ...{ shape, units, height, width, stream: { name: 'x', unitAxis: 1 } },
};

/** What is found with so much memory, and in how many passes. */
async function statistics(memory: number, kind: 'quantile' | 'value' = 'quantile') {
  let passes = 0;
  const progress: number[] = [];
  const activations: Activations = {
    samples,
    layers: [layer],
    pass([only], onBatch, _, onProgress) {
      passes++;
      for (let first = 0; first < samples; first += 8) {
        const values = Float32Array.from({ length: 8 * units * height * width }, (_, i) =>
          Math.sin((first * units * height * width + i) ** 2),
        );
        onBatch(only, { first, samples: 8, units, height, width, values });
        onProgress(first + 8, samples);
      }
      return Promise.resolve();
    },
    release: () => undefined,
    close: () => Promise.resolve(),
  };
  const found = await groupStatistics([layer], {
    activations,
    concepts: { samples, height: 1, width: 1, concepts: [], notes: [] },
    rule: () => (kind === 'value' ? { kind, value: 0 } : { kind, q: 0.01 }),
    select: () => [4, 1, 0, 3],
    ...{ minActive: 1, seed: 0, shuffles: 1, memory, unitBytes: () => 1 },
    signal: new AbortController().signal,
    onProgress: (_, done, total) => void progress.push(done / total),
  });
  return { found: found.get(layer)!, passes, progress };
}

describe('The statistics of a group of layers', () => {
  it('are exact and the same where thresholds of all units together do not fit into memory', async () => {
    // A unit keeps the largest 1,000 − ⌊989/999 · 999⌋ = 11 of its 40 × 25 activations, and 256 more places to find them: 1,068 bytes.
    const whole = await statistics(2 ** 20);
    assert.equal(whole.passes, 1);
    assert.deepEqual(
      whole.found.map(({ unit }) => unit),
      [4, 1, 0, 3],
    );
    for (const [memory, passes] of [
      [4 * 1068, 1],
      [4 * 1068 - 1, 2],
      [2 * 1068, 2],
      [1068, 4],
    ]) {
      const parts = await statistics(memory);
      assert.equal(parts.passes, passes);
      assert.deepEqual(parts.found, whole.found);
      assert.deepEqual(parts.progress, parts.progress.slice().sort((a, b) => a - b)); // prettier-ignore
      assert.equal(parts.progress.at(-1), 1);
    }
  });

  it('that know their threshold need one pass', async () => {
    assert.equal((await statistics(1, 'value')).passes, 1);
  });

  it('say so where one unit alone does not fit', async () => {
    await assert.rejects(statistics(1067), /an exact quantile of 1 units at 1000 positions needs 1 MB/);
  });
});
