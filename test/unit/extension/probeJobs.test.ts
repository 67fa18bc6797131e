import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CallOptions, EngineClient } from '../../../src/extension/engineClient.js';
import { keepJobs } from '../../../src/extension/keptJobs.js';
import { ProbeJobs } from '../../../src/extension/probeJobs.js';
import { ResultStore } from '../../../src/extension/resultStore.js';
import { UserError } from '../../../src/shared/userError.js';

const choice = { methods: ['gradcam'], layers: [], metrics: ['drop' as const], samples: 2 };
const result = { rows: [], metrics: ['drop' as const], samples: 2, notes: [], milliseconds: 1 };

/** An engine that answers when it is told to, and what it was asked. */
function heldEngine() {
  const asked: { answer(): void }[] = [];
  const engine = {
    call: (_: string, __: unknown, { signal, onProgress }: CallOptions) =>
      new Promise((resolve, reject) => {
        onProgress?.({ done: 1, total: 4 });
        signal?.addEventListener('abort', () => reject(new UserError('Stopped', { code: 'engine/cancelled' })));
        asked.push({ answer: () => resolve(result) });
      }),
  };
  return { engine: engine as unknown as EngineClient, asked };
}

describe('jobs over a probe set', () => {
  it('are joined by who asks for the same again, and tell how far they are', async () => {
    const { engine, asked } = heldEngine();
    const jobs = new ProbeJobs('net.onnx', engine, () => null);
    assert.equal(jobs.progress('evaluate'), null);
    const [first, again] = [jobs.evaluate(choice, null), jobs.evaluate(choice, null)];
    assert.deepEqual([asked.length, jobs.progress('evaluate')], [1, { done: 1, total: 4 }]);
    asked[0].answer();
    assert.equal(await first, result);
    assert.equal(await again, result);
    assert.deepEqual([jobs.progress('evaluate'), jobs.found().evaluation], [null, { choice, result }]);
    jobs.forget();
    assert.equal(jobs.found().evaluation, null);
  });

  it('end with nothing where they are cancelled, or another choice takes their place', async () => {
    const { engine, asked } = heldEngine();
    const jobs = new ProbeJobs('net.onnx', engine, () => null);
    const first = jobs.evaluate(choice, null);
    const other = jobs.evaluate({ ...choice, samples: 3 }, null);
    assert.equal(await first, null);
    jobs.cancel('evaluate');
    const anew = jobs.evaluate({ ...choice, samples: 3 }, null);
    assert.equal(await other, null);
    asked[2].answer();
    assert.equal(await anew, result);
  });

  it('are there after a reload, as long as the model is the same file', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-jobs-'));
    try {
      const model = path.join(folder, 'net.onnx');
      await writeFile(model, 'a');
      const store = new ResultStore(path.join(folder, 'results'));
      const open = async () => {
        const { engine, asked } = heldEngine();
        const jobs = new ProbeJobs(model, engine, () => null);
        await keepJobs(jobs, store, model, () => null, assert.fail);
        return { jobs, asked };
      };
      const { jobs, asked } = await open();
      const work = jobs.evaluate(choice, null);
      asked[0].answer();
      await work;
      while ((await open()).jobs.found().evaluation === null) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual((await open()).jobs.found().evaluation, { choice, result });
      await writeFile(model, 'another');
      assert.equal((await open()).jobs.found().evaluation, null);
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(10_000);
});
