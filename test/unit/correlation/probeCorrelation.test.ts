import assert from 'node:assert/strict';
import path from 'node:path';
import { createEngine, mediaFolder } from '../../../src/engine/index.js';
import type { CorrelationRequest, JobProgress, ProbeChoice } from '../../../src/shared/engineApi.js';
import { int64, modelBytes, temporaryFolder } from '../../support/onnxFile.js';
import { npy } from '../../support/npyFile.js';

const sample = path.resolve('media/sample');
const policy = path.join(sample, 'policy/policy.onnx');
const fashion = path.join(sample, 'fashion/fashion.onnx');
const fileOf = (model: string): ProbeChoice => ({ kind: 'file', path: model.replace('.onnx', '.probe.json') });
const request = (model: string, change: Partial<CorrelationRequest> = {}): CorrelationRequest => ({
  ...{
    model,
    probe: fileOf(model),
    folders: [],
    class: null,
    auto: false,
    target: null,
    samples: 40,
    steps: 32,
    threads: null,
  },
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
    const { count, names } = await engine.outputClasses({ model: fashion, probe: null, folders: [] });
    assert.deepEqual([count, names!.length], [10, 10]);
    await assert.rejects(
      engine.correlate(request(fashion, { class: 'boat' }), () => {}, never),
      /class "boat"/,
    );
  });
});

describe('gradient correlation of a single output', () => {
  const folder = temporaryFolder();
  const engine = createEngine({ media: mediaFolder() });
  const never = new AbortController().signal;

  // y = 2 a - b. Of a linear model, a column's share is its weight times its covariance with the targets.
  it('with a column of numbers, which are offered before those that feed the model', async () => {
    const model = folder.write(
      'linear.onnx',
      modelBytes({
        nodes: [{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }],
        inputs: { x: { shape: ['n', 2] } },
        outputs: { y: { shape: ['n', 1] } },
        initializers: { w: { dims: [2, 1], values: [2, -1] } },
      }),
    );
    const table = [[1, 4, 0], [2, 1, 5], [3, 3, 4], [5, 0, 9], [4, 2, 7]]; // prettier-ignore
    folder.write('rows.csv', Buffer.from(['a,b,sold', ...table.map((row) => row.join(','))].join('\n')));
    const probe = folder.write(
      'rows.probe.json',
      Buffer.from(JSON.stringify({ kind: 'states', data: 'rows.csv', columns: ['a', 'b'] })),
    );
    const given = { model, probe: { kind: 'file' as const, path: probe }, folders: [] };
    const { count, targets } = await engine.outputClasses(given);
    assert.deepEqual([count, targets], [1, ['sold', 'a', 'b']]);
    const found = await engine.correlate(request(model, { ...given, samples: 5, target: 'sold' }), () => {}, never);
    assert.equal(found.targets, 'sold');
    const mean = (values: number[]) => values.reduce((all, value) => all + value, 0) / values.length;
    const covariance = (a: number[], b: number[]) => mean(a.map((value, i) => (value - mean(a)) * (b[i] - mean(b))));
    const [a, b, sold] = [0, 1, 2].map((column) => table.map((row) => row[column]));
    const y = a.map((value, i) => 2 * value - b[i]);
    const scale = Math.sqrt(covariance(y, y) * covariance(sold, sold));
    const shares = [(2 * covariance(a, sold)) / scale, -covariance(b, sold) / scale];
    found.values.forEach((value, i) => assert.ok(Math.abs(value - shares[i]) < 1e-6));
    await assert.rejects(
      engine.correlate(request(model, { ...given, target: 'price' }), () => {}, never),
      /no column "price"/,
    );
  });
});

describe('gradient correlation of tokens', () => {
  const folder = temporaryFolder();
  const engine = createEngine({ media: mediaFolder() });
  const never = new AbortController().signal;
  // y = the first token's vector · (1, 0) + 3 times the second one's · (0, 1); the third one says nothing.
  const model = (batch: string | number) =>
    folder.write(
      `tokens-${batch}.onnx`,
      modelBytes({
        nodes: [
          { op: 'Gather', in: ['table', 'ids'], out: ['vectors'] },
          { op: 'Mul', in: ['vectors', 'w'], out: ['each'] },
          { op: 'ReduceSum', in: ['each', 'axes'], out: ['sum'], attributes: { keepdims: 0 } },
          { op: 'Unsqueeze', in: ['sum', 'last'], out: ['y'] },
        ],
        inputs: { ids: { type: 7, shape: [batch, 3] } },
        outputs: { y: { shape: [batch, 1] } },
        initializers: {
          table: { dims: [4, 2], values: [0, 0, 1, 10, 2, 20, 3, 30] },
          w: { dims: [3, 2], values: [1, 0, 0, 3, 0, 0] },
          axes: int64(1, 2),
          last: int64(1),
        },
      }),
    );
  const ids = [[0, 3, 1], [1, 1, 2], [3, 0, 0], [2, 2, 1], [0, 1, 3]]; // prettier-ignore

  for (const batch of ['n', 1, 2]) {
    it(`is summed over each position’s vector, ${batch === 'n' ? 'any number' : batch} at a time`, async () => {
      const rows = folder.write('ids.npy', npy('<i4', [5, 3], Int32Array.from(ids.flat())));
      const found = await engine.correlate(
        request(model(batch), { probe: { kind: 'data', path: rows }, samples: 5, auto: true }),
        () => {},
        never,
      );
      assert.deepEqual(found.dims, [3]);
      assert.match(found.notes[0], /sums, position by position, over the vectors of 2 numbers/);
      // y = t₁ + 30 t₂, and of a linear model correlated with itself a part's share is cov(part, y) / var(y).
      const parts = [ids.map(([first]) => first), ids.map(([, second]) => 30 * second), ids.map(() => 0)];
      const y = ids.map((_, i) => parts[0][i] + parts[1][i]);
      const mean = (values: number[]) => values.reduce((all, value) => all + value, 0) / values.length;
      const covariance = (a: number[], b: number[]) => mean(a.map((value, i) => (value - mean(a)) * (b[i] - mean(b))));
      parts.forEach((part, i) => {
        const share = covariance(part, y) / covariance(y, y);
        assert.ok(Math.abs(found.values[i] - share) < 1e-5, `position ${i}: ${found.values[i]}, not ${share}`);
      });
    });
  }
});
