import assert from 'node:assert/strict';
import { attribute, attributionMethods, defaultAttribution } from '../../../src/engine/attribution/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';

const dims = [2, 1, 28, 28];
const data = Float32Array.from({ length: 2 * 28 * 28 }, (_, i) => Math.abs(Math.sin(i / 40)));
const inputs = (onBatch = () => {}) => ({
  input: 'image',
  samples: 2,
  batch: async () => {
    onBatch();
    return { image: { type: 'float32' as const, dims, data } };
  },
});

describe('attributions', () => {
  for (const method of Object.keys(attributionMethods)) {
    it(`${method} is the same whether a class is named or is each sample’s highest`, async () => {
      const model = await readModel('media/sample/fashion/fashion.onnx');
      const job = { ...defaultAttribution, method, steps: 8, samples: 3 };
      const highest = await attribute(model, inputs(), job);
      assert.equal(highest.classes.length, 2);
      for (const [sample, of] of highest.classes.entries()) {
        const named = await attribute(model, inputs(), { ...job, class: of });
        if (method === 'smoothgrad') assert.equal(named.scores, null);
        else assert.ok(Math.abs(named.scores![sample] - highest.scores![sample]) < 1e-4);
        const largest = highest.values[sample].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        assert.ok(largest > 0);
        named.values[sample].forEach((value, i) =>
          assert.ok(Math.abs(value - highest.values[sample][i]) < 1e-4 * largest, `${value} at ${i}`),
        );
      }
    });
  }

  it('end in the midst of one picture’s runs when they are cancelled', async () => {
    const model = await readModel('media/sample/fashion/fashion.onnx');
    for (const many of [
      { method: 'ig', steps: 1e6 },
      { method: 'smoothgrad', samples: 1e6 },
    ]) {
      const abort = new AbortController();
      const begun = inputs(() => setTimeout(() => abort.abort(), 20));
      const stopped = attribute(model, begun, { ...defaultAttribution, ...many }, { signal: abort.signal });
      await assert.rejects(stopped, { name: 'AbortError' });
    }
  });
});
