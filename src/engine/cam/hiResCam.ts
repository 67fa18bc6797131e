/**
 * HiRes-CAM's weighted activations: each by its own gradient, g · A. Draelos & Carin 2020, arXiv:2011.08891, eq. 2.
 *
 * @param activations channels × places
 * @param gradients   same shape: d score / d activations
 */
export const hiResCam = (activations: Float32Array, gradients: Float32Array): Float32Array =>
  activations.map((activation, i) => gradients[i] * activation);
