import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/engine.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';

const media = path.resolve('media');

describe('time per layer', () => {
  const folder = temporaryFolder();
  const engine = createEngine({ media });
  const weights = (rows: number, columns: number) => ({
    dims: [rows, columns],
    values: Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
  });
  /** 4 → 1,024 → 1,024 → 2: the middle layer multiplies a million times, the others 4,096 and 2,048 times. */
  const model = () =>
    folder.write(
      'policy.onnx',
      modelBytes({
        nodes: [
          { op: 'Gemm', in: ['obs', 'w1'], out: ['fc1'], name: 'first' },
          { op: 'Relu', in: ['fc1'], out: ['relu1'], name: 'act' },
          { op: 'Gemm', in: ['relu1', 'w2'], out: ['fc2'], name: 'middle' },
          { op: 'Gemm', in: ['fc2', 'w3'], out: ['actions'], name: 'last' },
        ],
        inputs: { obs: { shape: ['batch', 4] } },
        outputs: { actions: { shape: ['batch', 2] } },
        initializers: { w1: weights(4, 1024), w2: weights(1024, 1024), w3: weights(1024, 2) },
      }),
    );
  const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('onnxplain-profile-')).length;

  it('is longest where most is multiplied, adds up to at most the run, and tells what is computed together', async () => {
    const before = leftovers();
    const measured = await engine.timings({ model: model(), probe: null, threads: 1 }, new AbortController().signal);
    const slowest = measured.layers.reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a));
    assert.equal(slowest.layer, 'fc2');
    assert.deepEqual(measured.layers.map(({ layer }) => layer).sort(), ['actions', 'fc1', 'fc2']);
    assert.deepEqual(measured.fused, [{ layer: 'relu1', into: 'fc1' }]);
    assert.ok(measured.layers.reduce((sum, { milliseconds }) => sum + milliseconds, 0) <= measured.total);
    assert.equal(measured.threads, 1);
    assert.equal(leftovers(), before);
  });

  it('stops between two runs', async () => {
    const abort = new AbortController();
    const running = engine.timings({ model: model(), probe: null }, abort.signal);
    abort.abort(new Error('stopped by hand'));
    await assert.rejects(running, /stopped by hand/);
  });

  it('says of a model without tensors that it cannot be timed', async () => {
    const file = folder.write('none.onnx', modelBytes({ nodes: [], inputs: { obs: { shape: ['n', 4] } } }));
    await assert.rejects(engine.timings({ model: file, probe: null }, new AbortController().signal), /none\.onnx/);
  });
});
