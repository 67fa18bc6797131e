import type { LayerActivations } from './mapMethod.js';

/** torch-cam's: noisy copies of the input, and the standard deviation of their noise. */
export const noisyCopies = 4;
export const noiseDeviation = 0.3;

/**
 * Smooth Grad-CAM++'s channel weights. Omeiza et al. 2019, arXiv:1908.01224, as torch-cam has them: with D2 and D3 the
 * means of g² and g³ over noisy copies of the input, a = D2 / (2 D2 + Σ A D3 + 1e-8), and the weight is the sum over
 * places of a · max(g, 0), g being the last copy's gradient and A the activations of the input without noise.
 *
 * @param gradients d score / d activations of each copy, channels × places
 * @returns one a channel
 */
export function smoothGradCamPlusPlusWeights(
  { values, channels }: LayerActivations,
  gradients: readonly Float32Array[],
): Float64Array {
  const weights = new Float64Array(channels);
  const places = values.length / channels;
  const copies = gradients.length;
  const last = gradients[copies - 1];
  const second = new Float64Array(places);
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * places;
    let third = 0;
    second.fill(0);
    for (const copy of gradients) {
      for (let place = 0; place < places; place++) {
        const g = copy[start + place];
        second[place] += (g * g) / copies;
        third += (values[start + place] * g * g * g) / copies;
      }
    }
    for (let place = 0; place < places; place++) {
      const alpha = second[place] / (2 * second[place] + third + 1e-8);
      weights[channel] += alpha * Math.max(last[start + place], 0);
    }
  }
  return weights;
}
