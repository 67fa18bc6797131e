import { writeFileSync } from 'node:fs';
import { modelBytes } from '../../support/onnxFile.js';
import type { MapInputs, MapJob } from '../../../src/engine/map/mapJob.js';

/** Weights of the two classes on the two channels: class 0 is for the first, class 1 against it and for the second. */
export const head = [
  [2, 1],
  [-1, 3],
];

/**
 * A network whose gradients one can tell by hand: the channels x and -x, a ReLU, the mean over all places, one linear
 * layer. With n places, d score of class c / d activation of channel k is head[c][k] / n everywhere.
 *
 * @param places of its input of one channel
 * @param batch  null: any
 */
export function writeSmallModel(file: string, places: number[], batch: number | null = null): string {
  const axes = [batch ?? 'batch', 1, ...places];
  writeFileSync(
    file,
    modelBytes({
      inputs: { x: { shape: axes } },
      outputs: { scores: { shape: [batch ?? 'batch', 2] } },
      initializers: {
        kernel: { dims: [2, 1, ...places.map(() => 1)], values: [1, -1] },
        head: { dims: [2, 2], values: [head[0][0], head[1][0], head[0][1], head[1][1]] },
      },
      nodes: [
        { op: 'Conv', name: 'conv', in: ['x', 'kernel'], out: ['conv'] },
        { op: 'Relu', name: 'relu', in: ['conv'], out: ['relu'] },
        { op: 'GlobalAveragePool', name: 'pool', in: ['relu'], out: ['pool'] },
        { op: 'Flatten', name: 'flatten', in: ['pool'], out: ['flat'] },
        { op: 'MatMul', name: 'head', in: ['flat', 'head'], out: ['scores'] },
      ],
    }),
  );
  return file;
}

/** `values` are all samples' one after the other. */
export function inputsOf(values: number[], places: number[]): MapInputs {
  const each = places.reduce((product, size) => product * size, 1);
  return {
    kind: 'arrays',
    input: 'x',
    samples: values.length / each,
    batch: async (first, count) => ({
      x: {
        type: 'float32',
        dims: [count, 1, ...places],
        data: Float32Array.from(values.slice(first * each, (first + count) * each)),
      },
    }),
  };
}

export const job = (method: string, more: Partial<MapJob> = {}): MapJob => ({
  method,
  layers: ['relu'],
  class: 1,
  output: null,
  unit: null,
  seed: 0,
  raw: true,
  threads: 1,
  ...more,
});
