import assert from 'node:assert/strict';
import { attribute, defaultAttribution } from '../../../src/engine/attribution/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { modelBytes, type ModelSpec, temporaryFolder } from '../../support/onnxFile.js';

describe('relevance, by arithmetic', () => {
  const folder = temporaryFolder();
  const relevance = async (spec: Omit<ModelSpec, 'inputs' | 'outputs'>, x: number[]) => {
    const shapes = { inputs: { x: { shape: [1, x.length] } }, outputs: { y: { shape: [1, 1] } } };
    const model = await readModel(folder.write('model.onnx', modelBytes({ ...spec, ...shapes })));
    const tensor = { type: 'float32' as const, dims: [1, x.length], data: Float32Array.from(x) };
    const inputs = { input: 'x', samples: 1, batch: async () => ({ x: tensor }) };
    const { values } = await attribute(model, inputs, { ...defaultAttribution, method: 'lrp-epsilon' });
    return values[0];
  };
  const close = (actual: Float32Array, expected: number[]) =>
    expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) < 1e-4, `${actual[i]} at ${i}, not ${value}`));

  for (const masked of [-Infinity, -3.4e38])
    it(`a key that a mask of ${masked} shuts off gets none of a softmax's: the others x s (v - y)`, async () => {
      const x = [1, 0.5, 2];
      const v = [3, -1, 7];
      const e = x.slice(0, 2).map(Math.exp);
      const s = e.map((one) => one / (e[0] + e[1]));
      const y = s[0] * v[0] + s[1] * v[1];
      const found = await relevance(
        {
          nodes: [
            { op: 'Add', in: ['x', 'mask'], out: ['open'] },
            { op: 'Softmax', in: ['open'], out: ['s'], attributes: { axis: -1 } },
            { op: 'MatMul', in: ['s', 'v'], out: ['y'] },
          ],
          initializers: { mask: { dims: [1, 3], values: [0, 0, masked] }, v: { dims: [3, 1], values: v } },
        },
        x,
      );
      close(found, [x[0] * s[0] * (v[0] - y), x[1] * s[1] * (v[1] - y), 0]);
    });

  it('goes through numbers that are quantised and taken back, weights too: x = (1, 2) by w = (1, -2) is 1 and -4', async () => {
    const scale = { half: { dims: [], values: [0.5] }, zero: { dims: [], type: 3, raw: Buffer.from([0]) } };
    const found = await relevance(
      {
        nodes: [
          { op: 'QuantizeLinear', in: ['x', 'half', 'zero'], out: ['q'] },
          { op: 'DequantizeLinear', in: ['q', 'half', 'zero'], out: ['d'] },
          { op: 'DequantizeLinear', in: ['weight', 'half', 'zero'], out: ['w'] },
          { op: 'Gemm', in: ['d', 'w'], out: ['y'] },
        ],
        initializers: { ...scale, weight: { dims: [2, 1], type: 3, raw: Buffer.from(Int8Array.of(2, -4).buffer) } },
      },
      [1, 2],
    );
    close(found, [1, -4]);
  });
});
