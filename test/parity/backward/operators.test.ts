import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import type { Tensor } from '../../../src/engine/runtime/tensor.js';
import { withModel } from '../../support/gradientCheck.js';
import { int64, type ModelSpec } from '../../support/onnxFile.js';

interface Listed {
  dims: number[];
  values: number[];
  type?: 'int64';
}

interface Case {
  name: string;
  op: string;
  opset: number;
  attributes: Record<string, number | string | number[]>;
  inputs: (Listed | null)[];
  output: Listed;
  seed: Listed;
  gradients: Record<string, Listed>;
}

/** Made by operators.py. */
const cases = JSON.parse(readFileSync(path.join(import.meta.dirname, 'operators.json'), 'utf8')) as Case[];

/** As a share of the largest value: float32 here against float64 there. */
const tolerance = 1e-5;

function close(actual: Tensor, expected: Listed, what: string): void {
  assert.deepEqual(actual.dims, expected.dims);
  const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expected.values.forEach((value, i) => {
    const difference = Math.abs(Number(actual.data[i]) - value);
    assert.ok(difference <= tolerance * Math.max(largest, 1), `${what}[${i}] is ${actual.data[i]}, not ${value}`);
  });
}

describe('Gradients of single operators against PyTorch’s autograd', () => {
  for (const { name, op, opset, attributes, inputs, output, seed, gradients } of cases) {
    it(name, async () => {
      const fractions = inputs.flatMap((input, i) => (input && !input.type ? [[`x${i}`, input] as const] : []));
      const whole = inputs.flatMap((input, i) => (input?.type ? [[`x${i}`, input] as const] : []));
      const spec: ModelSpec = {
        nodes: [{ op, in: inputs.map((input, i) => (input ? `x${i}` : '')), out: ['y'], attributes, name: 'it' }],
        inputs: Object.fromEntries(fractions.map(([input, { dims }]) => [input, { shape: dims }])),
        outputs: { y: {} },
        initializers: Object.fromEntries(
          whole.map(([input, { dims, values }]) => [input, { ...int64(...values), dims }]),
        ),
        opset,
      };
      await withModel(spec, async (file) => {
        const wrt = Object.keys(gradients).map((i) => `x${i}`);
        const gradient = openGradient(await readModel(file), { targets: ['y'], wrt }, { threads: 1 });
        try {
          const feeds = Object.fromEntries(
            fractions.map(([input, { dims, values }]) => [
              input,
              { type: 'float32' as const, dims, data: Float32Array.from(values) },
            ]),
          );
          const found = await gradient.run(feeds, { y: Float32Array.from(seed.values) });
          close(found.values.y, output, 'the output');
          for (const [i, expected] of Object.entries(gradients)) {
            close(found.gradients[`x${i}`], expected, `the gradient by input ${i}`);
          }
        } finally {
          await gradient.release();
        }
      });
    });
  }
});
