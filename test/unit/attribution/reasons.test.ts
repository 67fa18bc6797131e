import assert from 'node:assert/strict';
import path from 'node:path';
import { attributionMethods, decisionReasons, magnitudeMap } from '../../../src/engine/attribution/index.js';
import { createEngine } from '../../../src/engine/engine.js';
import { ModelRuns } from '../../../src/engine/map/modelRuns.js';
import { findLayer, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';

describe('why a class', () => {
  const folder = temporaryFolder();

  it('is weight × mean activation of each channel, where pooling and one linear layer follow', async () => {
    const file = folder.write(
      'pooled.onnx',
      modelBytes({
        nodes: [
          { op: 'Relu', in: ['x'], out: ['act'] },
          { op: 'GlobalAveragePool', in: ['act'], out: ['pooled'] },
          { op: 'Flatten', in: ['pooled'], out: ['flat'] },
          { op: 'Gemm', in: ['flat', 'w'], out: ['logits'] },
        ],
        inputs: { x: { shape: ['n', 3, 2, 2] } },
        outputs: { logits: { shape: ['n', 2] } },
        // Rows are channels: to class 0, to class 1.
        initializers: { w: { dims: [3, 2], values: [1, 2, 3, -1, -2, 4] } },
      }),
    );
    const model = await readModel(file);
    const runs = new ModelRuns(model, 1);
    const data = Float32Array.of(4, 0, -5, 0, 1, 1, 1, 1, 0, 0, 0, 8);
    const x = { type: 'float32' as const, dims: [1, 3, 2, 2], data };
    // Means after the rectifier: 1, 1, 2. Class 0: 1, 3, -4 = 0; class 1: 2, -1, 8 = 9, the highest.
    const layer = findLayer(structureOf(model), 'act');
    const highest = await decisionReasons(runs, { x }, layer, null);
    assert.equal(highest.class, 1);
    assert.deepEqual(highest.units.map(({ unit, share }) => [unit, Math.round(share * 1e6) / 1e6]), [[2, 0.8], [0, 0.2]]); // prettier-ignore
    const other = await decisionReasons(runs, { x }, layer, 0);
    assert.deepEqual(other.units.map(({ unit, share }) => [unit, Math.round(share * 1e6) / 1e6]), [[1, 0.75], [0, 0.25]]); // prettier-ignore
    await runs.release();
  });
});

describe('attributions as maps of pictures', () => {
  it('are the magnitude of the sum over channels, whichever axis those are', () => {
    // Two rows of one pixel, three channels: sums 6 and -3.
    const first = magnitudeMap(Float32Array.of(1, -1, 2, -1, 3, -1), [3, 2, 1], { height: 2, width: 1 });
    assert.deepEqual([...first], [1, 0.5]);
    const last = magnitudeMap(Float32Array.of(1, 2, 3, -1, -1, -1), [2, 1, 3], { height: 2, width: 1 });
    assert.deepEqual([...last], [1, 0.5]);
  });

  it('are offered and drawn by the engine, every one of them, with the outputs beside', async function () {
    this.timeout(60_000);
    const engine = createEngine({ media: path.resolve('media') });
    const { methods } = await engine.version();
    const ofInput = methods!.filter((method) => method.isAttribution).map(({ name }) => name);
    assert.deepEqual(ofInput, Object.keys(attributionMethods));
    const model = path.resolve('media/sample/fashion/fashion.onnx');
    const probe = { kind: 'file' as const, path: path.resolve('media/sample/fashion/fashion.probe.json') };
    for (const method of ofInput) {
      const map = await engine.map(
        { model, probe, input: { kind: 'sample', sample: 5 }, method, layers: [], class: 3, unit: null },
        new AbortController().signal,
      );
      assert.equal(map.values.length, map.width * map.height);
      assert.ok(Math.abs(Math.max(...map.values) - 1) < 0.2, method);
      assert.equal(map.class, 3);
      assert.ok(map.top.some((entry) => entry.class === 3));
    }
  });
});
