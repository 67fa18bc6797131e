import type { LayerActivations } from './mapMethod.js';

/**
 * FEM's channel weights: the share of places at which the channel is above its own mean by more than two standard
 * deviations. Fuad et al. 2020 (Features understanding in 3D CNNs), the k-sigma rule with k = 2.
 *
 * @returns one a channel, in [0, 1]
 */
export function femWeights({ values, channels }: LayerActivations): Float64Array {
  const weights = new Float64Array(channels);
  const places = values.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const map = values.subarray(channel * places, (channel + 1) * places);
    let mean = 0;
    for (const value of map) mean += value / places;
    let variance = 0;
    for (const value of map) variance += (value - mean) ** 2 / places;
    const threshold = mean + 2 * Math.sqrt(variance);
    let above = 0;
    for (const value of map) if (value > threshold) above++;
    weights[channel] = above / places;
  }
  return weights;
}
