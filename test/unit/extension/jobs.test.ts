import assert from 'node:assert/strict';
import type { EngineClient } from '../../../src/extension/engineClient.js';
import { Jobs } from '../../../src/extension/jobs.js';
import type { ModelResults } from '../../../src/extension/modelResults.js';
import type { Ablation } from '../../../src/shared/effects.js';

describe('results of jobs', () => {
  /** Jobs whose ablations are `features` numbers large, and how many of them were computed. */
  function jobs(features = 4) {
    const computed: number[] = [];
    const engine = {
      call(_: string, { samples, mode, layer }: { samples: number | null; mode: Ablation['mode']; layer: string }) {
        computed.push(samples ?? Infinity);
        const numbers = new Float32Array(features);
        const output = { name: 'y', tensor: 'y', features: new Int32Array(features), names: null, baseline: numbers, effect: numbers, size: numbers, flips: null }; // prettier-ignore
        return Promise.resolve({ layer, mode, samples: samples ?? 900, of: 900, units: [0], outputs: [output], accuracy: null, notes: [] }); // prettier-ignore
      },
    };
    const made = new Jobs('net.onnx', engine as unknown as EngineClient, {} as ModelResults, () => ({ kind: 'drawn' }));
    return { jobs: made, computed };
  }

  it('are computed once for the samples asked for; found is what came last', async () => {
    const { jobs: own, computed } = jobs();
    let told = 0;
    own.onDone = () => told++;
    assert.equal(own.foundAblation('relu', 'zero'), null);
    for (const samples of [100, null, 100]) await own.ablate({ layer: 'relu', mode: 'zero', samples }, null);
    assert.deepEqual(computed, [100, Infinity]);
    assert.equal(own.foundAblation('relu', 'zero')!.samples, 100);
    assert.equal(own.foundAblation('relu', 'mean'), null);
    assert.equal(own.foundAblation('conv', 'zero'), null);
    assert.equal(told, 3);
    own.forget();
    assert.equal(own.foundAblation('relu', 'zero'), null);
  });

  it('are kept for a reload, the newest that take 16 MB together', async () => {
    // Two arrays of a million floats are 8 MB: with a third result it is more than fits.
    const { jobs: own } = jobs(1_000_000);
    for (const samples of [1, 2, 3]) await own.ablate({ layer: 'relu', mode: 'zero', samples }, null);
    const kept = own.toKeep();
    assert.deepEqual(kept.map(({ asked }) => asked), [2, 3]); // prettier-ignore
    const { jobs: later, computed } = jobs();
    later.restore(kept);
    assert.equal(later.foundAblation('relu', 'zero')!.samples, 3);
    await later.ablate({ layer: 'relu', mode: 'zero', samples: 2 }, null);
    assert.deepEqual(computed, []);
  });
});
