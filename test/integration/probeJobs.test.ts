import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { EvaluationProgress } from '../../src/shared/evaluation.js';
import { asPage, closeAll, explain, extension, inWorkspace, reach } from './window.js';

const fashion = () => inWorkspace('fashion', 'fashion.onnx');
const policy = () => inWorkspace('policy', 'policy.onnx');

describe('jobs over a probe set', () => {
  after(closeAll);

  it('maps are judged, the table filling meanwhile; it is there when the window is loaded again', async () => {
    const session = await explain(fashion());
    await reach(session, 'done');
    const choice = { methods: ['gradcam'], layers: [], metrics: ['deletion' as const, 'drop' as const], samples: 3 };
    const cost = await asPage(session, 'evaluationCost', choice);
    // Grad-CAM counts 4 runs, Random-CAM 1; each of both takes 784 / 4 + 1 for deletion and 2 for the drop.
    assert.equal(cost.runs, 3 * (4 + 1 + 2 * (784 / 4 + 1 + 2)));
    const work = Promise.resolve(asPage(session, 'evaluate', choice));
    let filled: EvaluationProgress | null = null;
    let isOver = false;
    void work.finally(() => (isOver = true));
    while (!isOver) {
      const progress = await asPage(session, 'jobProgress', { job: 'evaluate' });
      if (progress && 'table' in progress && progress.table.rows.some(({ values }) => values.deletion !== null))
        filled ??= progress;
      await wait(20);
    }
    const evaluation = (await work)!;
    assert.ok(filled && filled.done < filled.total, 'cells before the end');
    const [map, control] = evaluation.rows;
    assert.deepEqual([map.method, control.method], ['gradcam', 'randomcam']);
    assert.equal(map.samples.deletion, 3);

    await (await extension().activate()).sessions.end();
    const again = await explain(fashion());
    await reach(again, 'done');
    assert.deepEqual((await asPage(again, 'found', {})).evaluation, { choice, result: evaluation });
  }).timeout(120_000);

  it('an evaluation is cancelled within a second, and the same engine goes on', async () => {
    const session = await explain(fashion());
    await reach(session, 'done');
    await session.queries.sample(0);
    const { pid } = session.engine;
    const choice = { methods: ['gradcam', 'eigencam'], layers: [], metrics: ['deletion' as const], samples: 200 };
    const work = Promise.resolve(asPage(session, 'evaluate', choice));
    while (!((await asPage(session, 'jobProgress', { job: 'evaluate' }))?.done ?? 0)) await wait(5);
    const asked = Date.now();
    await asPage(session, 'cancelJob', { job: 'evaluate' });
    assert.equal(await work, null);
    assert.ok(Date.now() - asked < 1000, `${Date.now() - asked} ms`);
    assert.ok((await session.queries.picture(1, 28)).rgba.length > 0);
    assert.equal(session.engine.pid, pid);
    // A machine that is busy with something else may miss a second once.
  })
    .timeout(60_000)
    .retries(2);

  it('the columns of a policy share the correlation with its actions, and a row’s score', async () => {
    const session = await explain(policy());
    await reach(session, 'done');
    const { names } = await asPage(session, 'outputClasses', {});
    assert.ok(names!.includes('push right'));
    const found = (await asPage(session, 'correlate', {
      class: 'push right',
      auto: false,
      target: null,
      samples: 60,
      steps: 32,
    }))!;
    const sum = found.values.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - found.correlation) < 0.05);
    assert.match(found.targets!, /action/);
    const row = await asPage(session, 'attribution', { sample: 5, method: 'ig', class: null });
    assert.deepEqual(row.columns, found.columns);
    const total = row.values.reduce((all, value) => all + value, 0);
    assert.ok(Math.abs(total - row.expected!) < 0.05 * Math.max(1, Math.abs(row.expected!)));
  }).timeout(60_000);
});
