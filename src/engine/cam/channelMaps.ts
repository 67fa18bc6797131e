import { mulberry32 } from '../random.js';

/**
 * The channels, each times its weight, summed: M(i, j) = Σ w_k A_k(i, j). Zhou et al. 2016, eq. 2.
 *
 * @param activations channels × places
 * @param weights     one a channel
 * @returns one a place, before ReLU and scaling
 */
export function weightedSum(activations: Float32Array, weights: ArrayLike<number>): Float32Array {
  const channels = weights.length;
  const places = activations.length / channels;
  const sums = new Float64Array(places);
  for (let channel = 0; channel < channels; channel++) {
    const weight = weights[channel];
    if (weight === 0) continue;
    for (let place = 0; place < places; place++) sums[place] += weight * activations[channel * places + place];
  }
  return Float32Array.from(sums);
}

/**
 * Channels weighted by chance, uniformly in [-1, 1): what a map looks like that knows nothing, for comparison.
 *
 * @param seed equal seeds give equal weights
 */
export function randomWeights(channels: number, seed: number): Float64Array {
  const random = mulberry32(seed);
  return Float64Array.from({ length: channels }, () => 2 * random() - 1);
}

/** The unit's own map: its activation at each place. */
export function unitMap(activations: Float32Array, channels: number, unit: number): Float32Array {
  const places = activations.length / channels;
  return activations.slice(unit * places, (unit + 1) * places);
}
