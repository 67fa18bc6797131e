import type { MapMethod } from '../../shared/engineApi.js';

/** One layer's activations for one input. */
export interface LayerActivations {
  /** channels × places */
  values: Float32Array;
  channels: number;
  /** Sizes of the axes of places: height and width; a length; depth, height and width. */
  places: readonly number[];
}

/** What a method is given beside the activations; it uses what its `needs` names. */
export interface MapContext {
  /** The class's weights on the layer's channels, where pooling and a linear layer follow. */
  headWeights: ArrayLike<number> | null;
  unit: number | null;
  seed: number;
  /** d score / d activations, channels × places. */
  gradients: Float32Array | null;
  /** d score / d activations for noisy copies of the input, in the order in which they were drawn. */
  noisyGradients: readonly Float32Array[] | null;
  /** The score of the input as it is. */
  score: number;
  /** By channel: the score of the input seen through the channel, or with the channel ablated. */
  channelScores: ArrayLike<number> | null;
}

/** What has to be computed beside a layer's activations. */
export type Need =
  | 'activations'
  | 'head weights'
  | 'unit'
  | 'gradients'
  | 'noisy gradients'
  | 'masked scores'
  | 'ablated scores'
  | 'bias gradients';

/**
 * How a method makes a map of a layer: one weight a channel; weighted activations, to be summed over channels; or the map
 * itself. The first two can be smoothed, by the first principal component in place of the sum.
 */
export type Drawing =
  | { by: 'channels'; weights(layer: LayerActivations, context: MapContext): ArrayLike<number> }
  | { by: 'elements'; weighted(layer: LayerActivations, context: MapContext): Float32Array }
  | { by: 'map'; raw(layer: LayerActivations, context: MapContext): Float32Array }
  /** Of all layers with a bias at once. */
  | { by: 'model' };

export interface MapMethodDefinition extends MapMethod {
  needs: Need;
  /** Whether what is below 0 is cut off before the map is scaled. */
  rectify: boolean;
  drawing: Drawing;
}

/** Number of places. */
export const placeCount = (places: readonly number[]): number => places.reduce((count, size) => count * size, 1);

/** Callers look at `needs` first; to come without is their mistake, not the user's. */
export function needed<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`this map wants ${what}`);
  return value;
}
