import type { LayerActivations } from './mapMethod.js';

/**
 * XGrad-CAM's channel weights: the gradient's mean weighted by the activations, Σ g A / (Σ A + 1e-7).
 * Fu et al. 2020, arXiv:2008.02312, eq. 8.
 *
 * @param gradients d score / d activations, channels × places
 * @returns one a channel
 */
export function xGradCamWeights({ values, channels }: LayerActivations, gradients: Float32Array): Float64Array {
  const weights = new Float64Array(channels);
  const places = values.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    let activation = 0;
    let product = 0;
    for (let i = channel * places; i < (channel + 1) * places; i++) {
      activation += values[i];
      product += gradients[i] * values[i];
    }
    weights[channel] = product / (activation + 1e-7);
  }
  return weights;
}
