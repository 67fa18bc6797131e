import type { LayerActivations } from './mapMethod.js';

/**
 * Grad-CAM's channel weights: the mean of the score's gradient over the places. Selvaraju et al. 2017, eq. 1.
 *
 * @param gradients d score / d activations, channels × places
 * @returns one a channel
 */
export function gradCamWeights({ channels }: LayerActivations, gradients: Float32Array): Float64Array {
  const weights = new Float64Array(channels);
  const places = gradients.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let i = channel * places; i < (channel + 1) * places; i++) sum += gradients[i];
    weights[channel] = sum / places;
  }
  return weights;
}
