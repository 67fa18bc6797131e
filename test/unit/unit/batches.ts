import type { ActivationBatch, Reducer } from '../../../src/engine/runtime/tensor.js';

/** One layer's activations, samples × units × height × width, cut into batches of any size. */
export function reduce<Result>(
  reducer: Reducer<Result>,
  values: Float32Array,
  shape: { samples: number; units: number; height?: number; width?: number },
  batchSize = shape.samples,
): Result {
  const { samples, units, height = 1, width = 1 } = shape;
  const perSample = units * height * width;
  for (let first = 0; first < samples; first += batchSize) {
    const count = Math.min(batchSize, samples - first);
    const batch: ActivationBatch = {
      first,
      samples: count,
      units,
      height,
      width,
      values: values.slice(first * perSample, (first + count) * perSample),
    };
    reducer.add(batch);
  }
  return reducer.result();
}
