import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { ModelSession } from '../../src/extension/session.js';
import type { JobName } from '../../src/shared/panelProtocol.js';
import { asPage, closeAll, explain, extension, inWorkspace, reach } from './window.js';

describe('jobs of the panel', () => {
  let session: ModelSession;
  before(async () => {
    session = await explain(inWorkspace('fashion', 'fashion.onnx'));
    await reach(session, 'done');
  });
  after(closeAll);

  /** The last layer that has places, and a neuron of it with a label. */
  function labelled(): { layer: string; unit: number } {
    const layers = session.layers().filter(({ layer }) => session.results.layer(layer.name).maps);
    const layer = layers.at(-1)!.layer.name;
    const { explanations } = session.results.layer(layer);
    return { layer, unit: explanations.find(({ status }) => status === 'explained')!.unit };
  }

  /** Cancels a job that has begun, and says how long its end took. */
  async function cancelled(job: JobName, call: Promise<unknown>): Promise<number> {
    while (!((await asPage(session, 'jobProgress', { job }))?.done ?? 0)) await wait(5);
    const asked = Date.now();
    await asPage(session, 'cancelJob', { job });
    assert.equal(await call, null);
    return Date.now() - asked;
  }

  for (const job of ['ablate', 'cause'] as const)
    it(`${job} is cancelled within a second, and the same engine goes on`, async () => {
      await session.queries.sample(0);
      const { pid } = session.engine;
      const { layer, unit } = labelled();
      const call =
        job === 'ablate'
          ? asPage(session, job, { layer, mode: 'zero', samples: null })
          : asPage(session, job, { layer, unit, cases: null });
      const took = await cancelled(job, Promise.resolve(call));
      assert.ok(took < 1000, `${took} ms`);
      assert.equal(await asPage(session, 'jobProgress', { job }), null);
      assert.ok((await session.queries.picture(1, 28)).rgba.length > 0);
      assert.equal(session.engine.pid, pid);
      // A machine that is busy with something else may miss a second once.
    }).retries(2);

  it('one that is asked for again begins anew, and what it found is there when the window is loaded again', async () => {
    const { layer, unit } = labelled();
    const found = await asPage(session, 'cause', { layer, unit, cases: 20 });
    assert.ok(found!.trials.every(({ formula }) => formula.cases <= 20));
    assert.ok(found!.trials.length > 0 || found!.reason);
    assert.equal(await asPage(session, 'cause', { layer, unit, cases: 20 }), found);
    assert.deepEqual(await asPage(session, 'foundCause', { layer, unit }), { cause: found, cases: 20 });

    const ablation = await asPage(session, 'ablate', { layer, mode: 'mean', samples: 10 });
    assert.equal(ablation!.samples, 10);
    await (await extension().activate()).sessions.end();
    session = await explain(inWorkspace('fashion', 'fashion.onnx'));
    await reach(session, 'done');
    assert.deepEqual(await asPage(session, 'foundCause', { layer, unit }), { cause: found, cases: 20 });
    assert.deepEqual(await asPage(session, 'foundAblation', { layer, mode: 'mean' }), { ablation, samples: 10 });
    assert.equal(await asPage(session, 'foundAblation', { layer, mode: 'zero' }), null);
  });
});
