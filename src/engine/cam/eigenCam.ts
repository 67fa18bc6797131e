import { energy, principalComponent } from './principalComponent.js';

/**
 * Eigen-CAM: the activations at each place, projected on the direction in which they vary most over the picture.
 * Muhammad & Yeasin 2020, arXiv:2008.00299, as pytorch-grad-cam computes it. It knows no class, so its sign follows the
 * activations' energy, the sum over channels of A².
 *
 * @param activations channels × places
 * @returns one a place, before ReLU and scaling; zeros where every channel is constant
 */
export const eigenCam = (activations: Float32Array, channels: number): Float32Array =>
  principalComponent(activations, channels, energy);
