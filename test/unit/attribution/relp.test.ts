import assert from 'node:assert/strict';
import { attribute, defaultAttribution } from '../../../src/engine/attribution/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { modelBytes, type NodeSpec, temporaryFolder } from '../../support/onnxFile.js';

/**
 * RelP keeps the deviation of a norm as it is. Of x = (1, 2, 6) the mean is 3 and σ² = (4 + 1 + 9) / 3; the score is
 * y₂ = (6 - 3) / σ, so that component i has x_i (δ_i2 - 1/3) / σ: -1/3, -2/3 and 4 over σ, which add up to the score.
 */
describe('RelP of a normalisation', () => {
  const folder = temporaryFolder();
  const sigma = Math.sqrt(14 / 3);
  const shaped = (op: string, attributes: NodeSpec['attributes'] = {}): NodeSpec[] => [
    { op: 'Reshape', in: ['x', 'volume'], out: ['v'] },
    { op, in: ['v', 'one', 'zero'], out: ['n'], attributes },
    { op: 'Reshape', in: ['n', 'row'], out: ['y'] },
  ];
  const written: Record<string, { nodes: NodeSpec[]; opset?: number }> = {
    'as LayerNormalization': {
      nodes: [{ op: 'LayerNormalization', in: ['x', 'ones'], out: ['y'] }],
    },
    'as InstanceNormalization': { nodes: shaped('InstanceNormalization') },
    'as GroupNormalization': { nodes: shaped('GroupNormalization', { num_groups: 1 }), opset: 21 },
    'as a sum of squares over a count': {
      nodes: [
        { op: 'ReduceMean', in: ['x'], out: ['mean'], attributes: { axes: [1], keepdims: 1 } },
        { op: 'Sub', in: ['x', 'mean'], out: ['centre'] },
        { op: 'Mul', in: ['centre', 'centre'], out: ['squares'] },
        { op: 'ReduceSum', in: ['squares', 'axis'], out: ['sum'], attributes: { keepdims: 1 } },
        { op: 'Div', in: ['sum', 'count'], out: ['variance'] },
        { op: 'Sqrt', in: ['variance'], out: ['deviation'] },
        { op: 'Div', in: ['centre', 'deviation'], out: ['y'] },
      ],
    },
  };
  const integers = (...values: number[]) => ({
    dims: [values.length],
    type: 7,
    raw: Buffer.from(BigInt64Array.from(values, BigInt).buffer),
  });

  for (const [how, { nodes, opset = 17 }] of Object.entries(written))
    it(`${how}`, async () => {
      const file = folder.write(
        'norm.onnx',
        modelBytes({
          nodes,
          opset,
          inputs: { x: { shape: [1, 3] } },
          outputs: { y: { shape: [1, 3] } },
          initializers: {
            one: { dims: [1], values: [1] },
            zero: { dims: [1], values: [0] },
            ones: { dims: [3], values: [1, 1, 1] },
            count: { dims: [1], values: [3] },
            axis: integers(1),
            volume: integers(1, 1, 3),
            row: integers(1, 3),
          },
        }),
      );
      const x = { type: 'float32' as const, dims: [1, 3], data: Float32Array.of(1, 2, 6) };
      const inputs = { input: 'x', samples: 1, batch: async () => ({ x }) };
      const { values } = await attribute(await readModel(file), inputs, { ...defaultAttribution, method: 'relp', class: 2 }); // prettier-ignore
      [-1 / 3, -2 / 3, 4].forEach((part, i) =>
        assert.ok(Math.abs(values[0][i] - part / sigma) < 1e-5, `${values[0][i]}`),
      );
    });
});
