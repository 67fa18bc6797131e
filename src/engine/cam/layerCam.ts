/**
 * Layer-CAM's weighted activations: each by its own gradient, where that is positive, max(g, 0) · A.
 * Jiang et al. 2021, eq. 5.
 *
 * @param activations channels × places
 * @param gradients   same shape: d score / d activations
 */
export const layerCam = (activations: Float32Array, gradients: Float32Array): Float32Array =>
  activations.map((activation, i) => (gradients[i] > 0 ? gradients[i] * activation : 0));
