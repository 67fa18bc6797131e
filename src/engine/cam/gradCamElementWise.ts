/**
 * Element-wise Grad-CAM's weighted activations: those products g · A that are positive, as pytorch-grad-cam's
 * GradCAMElementWise.
 *
 * @param activations channels × places
 * @param gradients   same shape: d score / d activations
 */
export const gradCamElementWise = (activations: Float32Array, gradients: Float32Array): Float32Array =>
  activations.map((activation, i) => Math.max(gradients[i] * activation, 0));
