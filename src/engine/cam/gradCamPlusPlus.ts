import type { LayerActivations } from './mapMethod.js';

/**
 * Grad-CAM++'s channel weights. Chattopadhyay et al. 2018, eq. 19 and 7: with S the channel's sum of activations,
 * a = g² / (2 g² + S g³ + 1e-6), 0 where g is 0, and the weight is the sum over places of a · max(g, 0). As
 * pytorch-grad-cam has it: g is the gradient of the score itself, not of its exponential.
 *
 * @param gradients d score / d activations, channels × places
 * @returns one a channel
 */
export function gradCamPlusPlusWeights({ values, channels }: LayerActivations, gradients: Float32Array): Float64Array {
  const weights = new Float64Array(channels);
  const places = values.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * places;
    let activation = 0;
    for (let i = start; i < start + places; i++) activation += values[i];
    for (let i = start; i < start + places; i++) {
      const g = gradients[i];
      // Where g is negative the factor max(g, 0) is 0, whatever a is.
      if (g > 0) weights[channel] += g * ((g * g) / (2 * g * g + activation * g * g * g + 1e-6));
    }
  }
  return weights;
}
