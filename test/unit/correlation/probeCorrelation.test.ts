import assert from 'node:assert/strict';
import path from 'node:path';
import { createEngine, mediaFolder } from '../../../src/engine/index.js';
import type { CorrelationRequest, JobProgress, ProbeChoice } from '../../../src/shared/engineApi.js';

const sample = path.resolve('media/sample');
const policy = path.join(sample, 'policy/policy.onnx');
const fashion = path.join(sample, 'fashion/fashion.onnx');
const fileOf = (model: string): ProbeChoice => ({ kind: 'file', path: model.replace('.onnx', '.probe.json') });
const request = (model: string, change: Partial<CorrelationRequest> = {}): CorrelationRequest => ({
  ...{ model, probe: fileOf(model), folders: [], class: null, auto: false, samples: 40, steps: 32, threads: null },
  ...change,
});
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

describe('gradient correlation over a probe set', function () {
  this.timeout(60_000);
  const engine = createEngine({ media: mediaFolder() });
  const never = new AbortController().signal;

  it('gives each column its share of the correlation with the actions', async () => {
    const told: JobProgress[] = [];
    const found = await engine.correlate(request(policy, { class: 'push right' }), (far) => told.push(far), never);
    assert.equal(found.name, 'push right');
    assert.match(found.targets!, /action/);
    assert.equal(found.columns!.length, found.values.length);
    assert.ok(Math.abs(sum(found.values) - found.correlation - found.completenessError) < 1e-12);
    assert.ok(Math.abs(found.completenessError) < 0.05);
    assert.deepEqual([found.samples, told.at(-1)], [40, { done: 40, total: 40 }]);
  });

  it('without targets adds up to 1', async () => {
    const found = await engine.correlate(request(policy, { auto: true }), () => {}, never);
    assert.deepEqual([found.targets, found.output], [null, 0]);
    assert.ok(Math.abs(sum(found.values) - 1) < 0.05);
  });

  it('is a map for pictures, with their folders as targets', async () => {
    const found = await engine.correlate(
      request(fashion, { class: 'sneaker', samples: 20, steps: 8 }),
      () => {},
      never,
    );
    assert.deepEqual(found.map, { height: 28, width: 28 });
    assert.equal(found.values.length, 784);
    assert.equal(found.targets, 'class folders');
  });

  it('knows the classes from the structure, and refuses others', async () => {
    const { count, names } = await engine.outputClasses({ model: fashion });
    assert.deepEqual([count, names!.length], [10, 10]);
    await assert.rejects(
      engine.correlate(request(fashion, { class: 'boat' }), () => {}, never),
      /class "boat"/,
    );
  });
});
