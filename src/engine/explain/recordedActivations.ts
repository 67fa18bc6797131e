import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import type { TensorData } from '../runtime/tensor.js';
import type { Activations, MeasuredLayer } from './activations.js';

/** Of one batch. */
const batchBytes = 16 * 2 ** 20;

/**
 * Activations that were recorded elsewhere, as one layer.
 *
 * @param array samples × units, or samples × units × height × width
 * @throws UserError where the shape is another
 */
export function recordedActivations(
  file: string,
  array: { shape: readonly number[]; data: TensorData },
  name: string | null,
  limit: number | null,
): Activations {
  const { shape } = array;
  if ((shape.length !== 2 && shape.length !== 4) || shape.includes(0)) {
    throw new UserError(
      `${file}: activations are samples × units or samples × units × height × width, got ${shape.join(' × ') || 'a scalar'}`,
      {
        hint: 'save them in one of these shapes',
      },
    );
  }
  const [recorded, units, height = 1, width = 1] = shape;
  const samples = limit === null ? recorded : Math.min(limit, recorded);
  const layer: Layer = {
    name: name ?? 'activations',
    node: '',
    op: '',
    module: null,
    source: null,
    shape: ['samples', ...shape.slice(1)],
    units,
    unitAxis: 1,
    parameters: 0,
  };
  const measured: MeasuredLayer = {
    layer,
    shape: [1, ...shape.slice(1)],
    units,
    height,
    width,
    stream: { name: layer.name, unitAxis: 1 },
  };
  const perSample = units * height * width;
  const batchSamples = Math.max(1, Math.floor(batchBytes / (4 * perSample)));
  return {
    samples,
    layers: [measured],
    async pass(_layers, onBatch, signal, onProgress) {
      for (let first = 0; first < samples; first += batchSamples) {
        signal.throwIfAborted();
        const count = Math.min(batchSamples, samples - first);
        const values = new Float32Array(count * perSample);
        for (let i = 0; i < values.length; i++) values[i] = Number(array.data[first * perSample + i]);
        onBatch(measured, { first, samples: count, units, height, width, values });
        onProgress(first + count, samples);
        await new Promise(setImmediate);
      }
    },
    release() {},
    async close() {},
  };
}
