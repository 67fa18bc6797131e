import type { Layer } from '../../shared/model.js';
import type { StreamedLayer } from '../runtime/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';

/** Where a layer's activations come from: a model that is run, or an array that was recorded elsewhere. */
export interface Activations {
  samples: number;
  layers: MeasuredLayer[];
  /** Hands every sample's activations of these layers to `onBatch`, in the order of samples. May be called again. */
  pass(
    layers: MeasuredLayer[],
    onBatch: (layer: MeasuredLayer, batch: ActivationBatch) => void,
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ): Promise<void>;
  /** No further pass over these layers will be asked for: what was kept for it goes. */
  release(layers: MeasuredLayer[]): void;
  close(): Promise<void>;
}

export interface MeasuredLayer {
  layer: Layer;
  /** Of the tensor for one sample, the batch axis as 1. */
  shape: number[];
  units: number;
  height: number;
  width: number;
  /** How a session's output becomes this layer's activations. */
  stream: StreamedLayer;
}
