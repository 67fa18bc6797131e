import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { modelBytes } from '../../support/onnxFile.js';

/** Ten states: a counts from 0 to 9, b is 1 for odd a, c is 1 for a = 2 alone. */
export const rows = Array.from({ length: 10 }, (_, a) => [a, a % 2, a === 2 ? 1 : 0]);

/**
 * What the six units of `relu` give, of which one can tell everything by hand: a − 4.5, below 0 always, 2 always,
 * a − 8.5, a + 1, c − 0.5.
 */
const weights = [
  [1, 0, 0, 1, 1, 0],
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 1],
];
const bias = [-4.5, -1, 2, -8.5, 1, -0.5];
export const activations = rows.map((row) =>
  bias.map((b, unit) =>
    Math.max(
      0,
      row.reduce((sum, x, i) => sum + x * weights[i][unit], b),
    ),
  ),
);

/** Writes `small.onnx`, its states and its probe file `small.probe.json` into a folder. */
export function writeSmallNetwork(folder: string): { model: string; probe: string } {
  mkdirSync(folder, { recursive: true });
  const model = path.join(folder, 'small.onnx');
  writeFileSync(
    model,
    modelBytes({
      inputs: { obs: { shape: ['batch', 3] } },
      outputs: { out: { shape: ['batch', 2] } },
      initializers: {
        'net.0.weight': { dims: [3, 6], values: weights.flat() },
        'net.0.bias': { dims: [6], values: bias },
        'net.2.weight': { dims: [6, 2], values: Array.from({ length: 12 }, (_, i) => i / 10 - 0.5) },
      },
      nodes: [
        { op: 'Gemm', name: '/net/net.0/Gemm', in: ['obs', 'net.0.weight', 'net.0.bias'], out: ['hidden'] },
        { op: 'Relu', name: '/net/net.1/Relu', in: ['hidden'], out: ['relu'] },
        { op: 'MatMul', name: '/net/net.2/MatMul', in: ['relu', 'net.2.weight'], out: ['out'] },
      ],
    }),
  );
  writeFileSync(path.join(folder, 'states.csv'), ['a,b,c', ...rows.map((row) => row.join(','))].join('\n'));
  const probe = path.join(folder, 'small.probe.json');
  writeFileSync(
    probe,
    `{
      // Comments are allowed.
      "kind": "states", "data": "states.csv", "columns": ["a", "b", "c"],
      "concepts": { "high": "a > 4.5", "odd": "b == 1", "top": "a == 9" }
    }`,
  );
  return { model, probe };
}
