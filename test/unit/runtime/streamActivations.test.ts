import assert from 'node:assert/strict';
import { readModel } from '../../../src/engine/onnx/index.js';
import type { ProbeSet } from '../../../src/engine/probe/probeSet.js';
import { openSession, type Session, streamActivations } from '../../../src/engine/runtime/index.js';
import { int64, modelBytes, type ModelSpec, temporaryFolder } from '../../support/onnxFile.js';

/** Sample s feeds (s, 10 s). */
function samplesFor(counts: number[]): ProbeSet {
  const batch: ProbeSet['batch'] = async (first, count) => {
    counts.push(count);
    const data = Float32Array.from({ length: count * 2 }, (_, i) => (first + (i >> 1)) * (i % 2 ? 10 : 1));
    return { x: { type: 'float32', dims: [count, 2], data } };
  };
  return { input: 'x', batch } as unknown as ProbeSet;
}

describe('activations over a probe set', () => {
  const folder = temporaryFolder();

  async function stream(spec: ModelSpec, samples: number, unitAxis = 1, batch?: number) {
    const model = await readModel(folder.write('model.onnx', modelBytes(spec)));
    const session: Session = await openSession(model, { outputs: ['y'], threads: 1 });
    const counts: number[] = [];
    const values: number[] = [];
    const firsts: number[] = [];
    const progress: number[] = [];
    try {
      await streamActivations({
        session,
        probe: samplesFor(counts),
        layers: [{ name: 'y', unitAxis }],
        samples,
        batch,
        onBatch(layer, got) {
          assert.equal(layer, 'y');
          firsts.push(got.first);
          values.push(...got.values);
        },
        onProgress: (done) => progress.push(done),
      });
    } finally {
      await session.release();
    }
    return { counts, values, firsts, progress };
  }

  /** y = 2 x */
  const doubling = (batch: number | string): ModelSpec => ({
    nodes: [{ op: 'Add', in: ['x', 'x'], out: ['y'] }],
    inputs: { x: { shape: [batch, 2] } },
    outputs: { y: { shape: [batch, 2] } },
  });
  const doubled = (samples: number): number[] => Array.from({ length: samples }, (_, s) => [2 * s, 20 * s]).flat();

  it('a free batch axis: one sample alone, then batches of at most 64', async () => {
    const { counts, values, firsts, progress } = await stream(doubling('batch'), 150);
    assert.deepEqual(values, doubled(150));
    assert.deepEqual(counts, [1, 64, 64, 22]);
    assert.deepEqual(firsts, [0, 64, 128]);
    assert.deepEqual(progress, [64, 128, 150]);
  });

  it('a batch of one, a single sample, none', async () => {
    assert.deepEqual((await stream(doubling(1), 3)).counts, [1, 1, 1]);
    assert.deepEqual((await stream(doubling('n'), 1)).values, doubled(1));
    assert.deepEqual((await stream(doubling('n'), 3, 1, 1)).values, doubled(3));
    assert.deepEqual((await stream(doubling('n'), 0)).values, []);
  });

  it('a fixed batch of four: the last one is filled up, what was filled in is dropped', async () => {
    for (const samples of [1, 4, 6, 9]) {
      assert.deepEqual((await stream(doubling(4), samples)).values, doubled(samples));
    }
  });

  it('a graph that mixes the samples of a batch is run sample by sample', async () => {
    // y = x - mean of the batch: 0 for each sample alone.
    const { counts, values } = await stream(
      {
        nodes: [
          { op: 'ReduceMean', in: ['x'], out: ['m'], attributes: { axes: [0] } },
          { op: 'Sub', in: ['x', 'm'], out: ['d'] },
          { op: 'Add', in: ['d', 'one'], out: ['y'] },
        ],
        inputs: { x: { shape: ['n', 2] } },
        outputs: { y: {} },
        initializers: { one: { dims: [1], values: [1] } },
      },
      4,
    );
    assert.deepEqual(counts, [1, 4, 1, 1, 1, 1]);
    assert.deepEqual(values, Array(8).fill(1));
  });

  it('a graph that fixes its batch inside is run sample by sample', async () => {
    const spec: ModelSpec = {
      nodes: [{ op: 'Reshape', in: ['x', 's'], out: ['y'] }],
      inputs: { x: { shape: ['n', 2] } },
      outputs: { y: {} },
      initializers: { s: int64(1, 2) },
    };
    const { values } = await stream(spec, 3);
    assert.deepEqual(values, [0, 0, 1, 10, 2, 20]);
  });

  it('a layer whose first axis is not the batch', async () => {
    // y = transposed x: 2 × n.
    const { values } = await stream(
      { nodes: [{ op: 'Transpose', in: ['x'], out: ['y'] }], inputs: { x: { shape: ['n', 2] } }, outputs: { y: {} } },
      3,
      0,
    );
    assert.deepEqual(values, [0, 0, 1, 10, 2, 20]);
  });

  it('stops between two batches with the signal’s reason', async () => {
    const model = await readModel(folder.write('model.onnx', modelBytes(doubling(1))));
    const session = await openSession(model, { outputs: ['y'], threads: 1 });
    const stop = new AbortController();
    const reason = new Error('enough');
    let batches = 0;
    const run = streamActivations({
      session,
      probe: samplesFor([]),
      layers: [{ name: 'y', unitAxis: 1 }],
      samples: 1000,
      signal: stop.signal,
      onBatch: () => void (++batches === 3 && stop.abort(reason)),
    });
    await assert.rejects(run, (error) => error === reason);
    assert.equal(batches, 3);
    await session.release();
  });
});
