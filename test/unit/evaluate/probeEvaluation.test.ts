import assert from 'node:assert/strict';
import path from 'node:path';
import { createEngine, mediaFolder } from '../../../src/engine/index.js';
import type { EvaluationRequest } from '../../../src/shared/engineApi.js';
import { type EvaluationProgress, evaluationCsv } from '../../../src/shared/evaluation.js';

const sample = path.resolve('media/sample');
const request = (change: Partial<EvaluationRequest> = {}): EvaluationRequest => ({
  model: path.join(sample, 'fashion/fashion.onnx'),
  probe: { kind: 'file', path: path.join(sample, 'fashion/fashion.probe.json') },
  folders: [],
  methods: ['gradcam', 'fullgrad'],
  layers: [],
  metrics: ['drop', 'increase'],
  samples: 3,
  threads: null,
  ...change,
});

describe('the evaluation of maps over a probe set', function () {
  this.timeout(60_000);
  const engine = createEngine({ media: mediaFolder() });
  const never = new AbortController().signal;

  it('tells the table while it fills, and ends with all of it', async () => {
    const told: EvaluationProgress[] = [];
    const layers = ['stem.2', 'layer1.conv2'];
    const table = await engine.evaluate(request({ layers }), (progress) => told.push(progress), never);
    // FullGrad is of the whole model, so it has one row.
    assert.deepEqual(
      table.rows.map(({ method }) => method),
      ['gradcam', 'gradcam', 'fullgrad', 'randomcam', 'randomcam'],
    );
    assert.ok(table.rows.every(({ samples }) => samples.drop === 3));
    const [first, last] = [told[0], told.at(-1)!];
    assert.equal(first.done, 0);
    assert.ok(first.table.rows.every(({ values }) => values.drop === null));
    assert.equal(last.done, last.total);
    assert.equal(evaluationCsv(last.table), evaluationCsv(table));
  });

  it('ends when it is cancelled', async () => {
    const abort = new AbortController();
    const work = engine.evaluate(request({ metrics: ['deletion'], samples: 100 }), () => abort.abort(), abort.signal);
    await assert.rejects(work, { name: 'AbortError' });
  });

  it('counts runs before: Grad-CAM 4, FullGrad 4, Random-CAM 1, and two for each that is judged by its drop', async () => {
    const cost = await engine.evaluationCost(request(), never);
    assert.equal(cost.runs, 3 * (4 + 4 + 1 + 3 * 2));
    assert.ok(cost.milliseconds > 0);
    const deletion = await engine.evaluationCost(request({ metrics: ['deletion'] }), never);
    // 784 pixels in steps of 4, and the picture as it is.
    assert.equal(deletion.runs, 3 * (4 + 4 + 1 + 3 * (784 / 4 + 1)));
  });

  it('refuses what draws no map of a class, and rows of columns', async () => {
    await assert.rejects(engine.evaluationCost(request({ methods: ['activation'] }), never), /draws no map of a class/);
    const policy = request({ model: path.join(sample, 'policy/policy.onnx'), probe: null });
    await assert.rejects(
      engine.evaluate(policy, () => {}, never),
      /maps are of pictures/,
    );
  });
});
