import { UserError } from '../../shared/userError.js';
import { largestEigenvector } from './largestEigenvector.js';

/** The kernel is places × places: 8,192 of them are half a gigabyte. */
const mostPlaces = 8192;

/**
 * KPCA-CAM: the first component of a kernel principal component analysis of the places.
 * Karmani et al. 2024, arXiv:2410.00267, with the sigmoid kernel tanh(x·y / channels + 1) as pytorch-grad-cam and
 * scikit-learn have it: places are centred, the kernel is centred, and the component is its leading eigenvector times
 * the root of the eigenvalue, its entry of the greatest magnitude positive. NaN and infinite values count as 0.
 *
 * @param activations channels × places
 * @returns one a place, before ReLU and scaling
 * @throws UserError where the layer has too many places for a kernel of all pairs
 */
export function kpcaCam(activations: Float32Array, channels: number): Float32Array {
  const places = activations.length / channels;
  if (places > mostPlaces) {
    throw new UserError(`KPCA-CAM compares all pairs of places, and the layer has ${places} of them`, {
      hint: `choose a deeper layer, with at most ${mostPlaces} places`,
      code: 'map/too-many-places',
    });
  }
  const kernel = centredKernel(rowsByPlace(activations, channels, places), channels, places);
  const product = (input: Float64Array, output: Float64Array): void => {
    for (let row = 0; row < places; row++) {
      let sum = 0;
      for (let column = 0; column < places; column++) sum += kernel[row * places + column] * input[column];
      output[row] = sum;
    }
  };
  const vector = largestEigenvector(places, product);
  const image = new Float64Array(places);
  product(vector, image);
  const eigenvalue = vector.reduce((sum, value, i) => sum + value * image[i], 0);
  let strongest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(strongest)) strongest = value;
  const scale = Math.sqrt(Math.max(eigenvalue, 0)) * (strongest < 0 ? -1 : 1);
  return Float32Array.from(vector, (value) => scale * value + 0);
}

/** places × channels, each channel's mean subtracted. */
function rowsByPlace(activations: Float32Array, channels: number, places: number): Float64Array {
  const rows = new Float64Array(places * channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let place = 0; place < places; place++) {
      const value = activations[channel * places + place];
      const finite = Number.isFinite(value) ? value : 0;
      rows[place * channels + channel] = finite;
      sum += finite;
    }
    for (let place = 0; place < places; place++) rows[place * channels + channel] -= sum / places;
  }
  return rows;
}

/** K - row means - column means + mean of all; K is symmetric. */
function centredKernel(rows: Float64Array, channels: number, places: number): Float64Array {
  const kernel = new Float64Array(places * places);
  const means = new Float64Array(places);
  for (let a = 0; a < places; a++) {
    for (let b = a; b < places; b++) {
      let dot = 0;
      for (let k = 0; k < channels; k++) dot += rows[a * channels + k] * rows[b * channels + k];
      const value = Math.tanh(dot / channels + 1);
      kernel[a * places + b] = value;
      kernel[b * places + a] = value;
      means[a] += value / places;
      if (a !== b) means[b] += value / places;
    }
  }
  const mean = means.reduce((sum, value) => sum + value / places, 0);
  for (let a = 0; a < places; a++) {
    for (let b = 0; b < places; b++) kernel[a * places + b] += mean - means[a] - means[b];
  }
  return kernel;
}
