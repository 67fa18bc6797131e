import assert from 'node:assert/strict';
import type { MeasuredLayer } from '../../../src/engine/explain/activations.js';
import { groupLayers } from '../../../src/engine/explain/groupLayers.js';
import { KeptBatches } from '../../../src/engine/explain/keptBatches.js';
import { layerSessions } from '../../../src/engine/explain/layerSessions.js';
import { memoryShares } from '../../../src/engine/explain/memoryShares.js';
import { recordedActivations } from '../../../src/engine/explain/recordedActivations.js';
import { unitReducerBytes } from '../../../src/engine/explain/reducerBytes.js';
import type { Session } from '../../../src/engine/runtime/index.js';
import type { Layer } from '../../../src/shared/model.js';

const layer = (name: string, units: number, side: number): MeasuredLayer => {
  const shape = [1, units, side, side];
  const about: Layer = { name, node: '', op: '', module: null, source: null, shape, units, unitAxis: 1, parameters: 0 };
  return { layer: about, shape, units, height: side, width: side, stream: { name, unitAxis: 1 } };
};
const batch = (floats: number, first = 0) => ({
  first,
  samples: 1,
  units: floats,
  height: 1,
  width: 1,
  values: new Float32Array(floats),
});
const names = (groups: MeasuredLayer[][]) => groups.map((group) => group.map(({ layer }) => layer.name).join(' '));

describe('Memory', () => {
  it('groups neighbouring layers up to the share of a run and of the reducers; a large layer goes alone', () => {
    // 4 bytes × units × places: 400, 400, 1600, 4000, 100.
    const layers = [layer('a', 4, 5), layer('b', 4, 5), layer('c', 4, 10), layer('d', 10, 10), layer('e', 25, 1)];
    const grouped = (sample: number, reducers = Infinity, each = 0) =>
      names(groupLayers(layers, 1, { sample, reducers }, () => each));
    assert.deepEqual(grouped(2400), ['a b c', 'd', 'e']);
    assert.deepEqual(grouped(4100), ['a b c', 'd e']);
    assert.deepEqual(grouped(10), ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(grouped(Infinity), ['a b c d e']);
    assert.deepEqual(grouped(Infinity, 20, 10), ['a b', 'c d', 'e']);
    assert.deepEqual(grouped(Infinity, 5, 10), ['a', 'b', 'c', 'd', 'e']);
  });

  it('begins with a small group where there is much to do, so that the first labels come soon', () => {
    // 64 KiB a sample each: a thousand samples of twenty layers are far more than a second's work, ten are not.
    const layers = Array.from({ length: 20 }, (_, i) => layer(`${i}`, 16, 32));
    const sizes = (samples: number, sample = Infinity) =>
      groupLayers(layers, samples, { sample, reducers: Infinity }, () => 0).map(({ length }) => length);
    assert.deepEqual(sizes(1000), [1, 19]);
    assert.deepEqual(sizes(10), [20]);
    assert.deepEqual(sizes(1000, 10 * 65536), [1, 10, 9]);
  });

  it('keeps a layer as a whole or not at all, until it is dropped', () => {
    const kept = new KeptBatches(100);
    for (const name of ['a', 'b', 'c']) kept.begin(name);
    kept.add('a', batch(10));
    kept.add('b', batch(10));
    assert.equal(kept.of('a'), null, 'not before the pass is over');
    kept.add('b', batch(10, 1)); // 120 bytes: b goes
    kept.add('b', batch(1, 2));
    kept.add('c', batch(15));
    for (const name of ['a', 'b', 'c']) kept.end(name);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => kept.of(name)?.length ?? null),
      [1, null, 1, null],
    );
    kept.drop('a');
    kept.drop('a');
    kept.begin('d');
    kept.add('d', batch(10)); // as much as a had left free
    kept.end('d');
    assert.deepEqual([kept.of('a'), kept.of('d')?.length], [null, 1]);
    // A pass that is run again counts once.
    for (let i = 0; i < 5; i++) {
      kept.begin('c');
      kept.add('c', batch(15));
      kept.end('c');
    }
    assert.equal(kept.of('c')?.length, 1);
  });

  it('hands recorded activations on in batches, in their order', async () => {
    // Five samples of 4 MiB each: four and one.
    const size = 2 ** 20;
    const data = new Float32Array(5 * size);
    for (let sample = 0; sample < 5; sample++) data[sample * size] = sample + 1;
    const { layers, pass } = recordedActivations('a.npy', { shape: [5, 1, 1024, 1024], data }, null, null);
    const seen: number[][] = [];
    await pass(
      layers,
      (_, { first, samples, values }) =>
        seen.push([first, samples, ...Array.from({ length: samples }, (_, i) => values[i * size])]),
      new AbortController().signal,
      () => undefined,
    );
    assert.deepEqual(seen, [
      [0, 4, 1, 2, 3, 4],
      [4, 1, 5],
    ]);
  });

  it('shares out less than the ceiling', () => {
    for (const ceiling of [64, 512, 4096, 65536]) {
      const { sample, batch: ofBatch, kept, reducers } = memoryShares(ceiling);
      assert.ok(3 * Math.max(sample, ofBatch) + kept + reducers < ceiling * 2 ** 20);
      assert.ok(ofBatch <= 64 * 2 ** 20);
    }
  });

  it('knows what a unit costs: the tail of a quantile, or its firing positions', () => {
    const groups = { count: 1000, positions: 1e6 };
    // 0.005·1e6 largest and a quarter more, in 4 bytes; 5000 firing positions in at most 1000 groups: 4000 + 12000, twice.
    assert.equal(unitReducerBytes({ kind: 'quantile', q: 0.005 }, 1e6, groups), 2 * (4000 + 12000));
    assert.equal(unitReducerBytes({ kind: 'quantile', q: 0.05 }, 1e6, groups), 4 * (1.25 * 50000 + 256));
    assert.equal(unitReducerBytes({ kind: 'value', value: 0 }, 1e6, groups), 2 * (4000 + 12000));
  });

  it('shares one session between layers that fit together, and else opens one for each group', async () => {
    const layers = [layer('a', 4, 5), layer('b', 4, 5), layer('c', 4, 10)].map((one) => one.layer);
    // Each layer is a tenth of the nodes behind the one before it.
    const nodes = (outputs: readonly string[]) => Math.max(...outputs.map((name) => ({ a: 8, b: 9, c: 10 })[name]!));
    const follow = async (bytes: number, samples: number) => {
      const log: string[] = [];
      const sessions = layerSessions(
        layers,
        bytes,
        async (outputs) => {
          log.push(`open ${outputs.join(' ')}`);
          return { release: async () => void log.push('release') } as Session;
        },
        nodes,
      );
      await sessions.of(layers, 1);
      await sessions.of([layers[0]], samples);
      await sessions.of([layers[0]], samples);
      await sessions.of([layers[1], layers[2]], samples);
      await sessions.of([layers[1]], samples);
      await sessions.of([layers[2]], samples);
      await sessions.close();
      await sessions.close();
      return log;
    };
    assert.deepEqual(await follow(2400, 10), ['open a b c', 'release']);
    // A fifth of 80 runs is not more than an opening takes, a fifth of 100 is; `b` alone stays where it was run with `c`.
    assert.deepEqual(await follow(2400, 80), ['open a b c', 'release']);
    const own = ['open a', 'release', 'open b c', 'release'];
    assert.deepEqual(await follow(2400, 100), ['open a b c', 'release', 'open a', 'release', 'open a b c', 'release']);
    assert.deepEqual(await follow(2399, 100), ['open a b c', 'release', ...own]);
  });
});
