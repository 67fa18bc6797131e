import { hiResCam } from './hiResCam.js';
import { channelSum, principalComponent } from './principalComponent.js';

/**
 * EigenGrad-CAM: Eigen-CAM of the activations times their gradients, as pytorch-grad-cam's. Its sign follows the sum over
 * channels of g · A, so that what is positive speaks for the class.
 *
 * @param activations channels × places
 * @param gradients   same shape: d score / d activations
 * @returns one a place, before ReLU and scaling
 */
export const eigenGradCam = (activations: Float32Array, gradients: Float32Array, channels: number): Float32Array =>
  principalComponent(hiResCam(activations, gradients), channels, channelSum);
