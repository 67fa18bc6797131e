import { largestEigenvector } from './largestEigenvector.js';

/**
 * Eigen-CAM: the activations at each place, projected on the direction in which they vary most over the picture.
 * Muhammad & Yeasin 2020, arXiv:2008.00299, as pytorch-grad-cam computes it: X (places × channels) with its column
 * means subtracted, times the first right singular vector of X. NaN and infinite activations count as 0.
 *
 * The singular vector's sign is arbitrary, and what is below 0 is cut off later, so it decides what the map shows. Here
 * the map follows the activations' energy: it correlates positively with the sum over channels of A². (Where the two
 * do not correlate at all, the place with the greatest magnitude is positive.)
 *
 * @param activations channels × height × width
 * @returns height × width, before ReLU and scaling; zeros where every channel is constant
 */
export function eigenCam(activations: Float32Array, channels: number, height: number, width: number): Float32Array {
  const places = height * width;
  const { centred, energy } = centre(activations, channels, places);

  const projection = new Float64Array(places);
  if (channels <= places) {
    // The smaller Gram matrix is XᵀX; its eigenvector is the singular vector itself.
    const onPlaces = new Float64Array(places);
    const direction = largestEigenvector(channels, (input, output) => {
      timesX(centred, channels, places, input, onPlaces);
      timesTransposed(centred, channels, places, onPlaces, output);
    });
    timesX(centred, channels, places, direction, projection);
  } else {
    // XXᵀ is smaller: with u its eigenvector, the singular vector is Xᵀu at length 1.
    const onChannels = new Float64Array(channels);
    const left = largestEigenvector(places, (input, output) => {
      timesTransposed(centred, channels, places, input, onChannels);
      timesX(centred, channels, places, onChannels, output);
    });
    timesTransposed(centred, channels, places, left, onChannels);
    timesX(centred, channels, places, onChannels, projection);
    const length = Math.sqrt(onChannels.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) projection.forEach((value, place) => (projection[place] = value / length));
  }
  const sign = signByEnergy(projection, energy);
  return Float32Array.from(projection, (value) => sign * value + 0);
}

function centre(activations: Float32Array, channels: number, places: number) {
  const centred = new Float64Array(channels * places);
  const energy = new Float64Array(places);
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * places;
    let sum = 0;
    for (let place = 0; place < places; place++) {
      const value = activations[start + place];
      if (!Number.isFinite(value)) continue;
      centred[start + place] = value;
      energy[place] += value * value;
      sum += value;
    }
    const mean = sum / places;
    for (let place = 0; place < places; place++) centred[start + place] -= mean;
  }
  return { centred, energy };
}

/** output (places) = X · input (channels) */
function timesX(x: Float64Array, channels: number, places: number, input: Float64Array, output: Float64Array): void {
  output.fill(0);
  for (let channel = 0; channel < channels; channel++) {
    const weight = input[channel];
    const start = channel * places;
    for (let place = 0; place < places; place++) output[place] += weight * x[start + place];
  }
}

/** output (channels) = Xᵀ · input (places) */
function timesTransposed(
  x: Float64Array,
  channels: number,
  places: number,
  input: Float64Array,
  output: Float64Array,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * places;
    let sum = 0;
    for (let place = 0; place < places; place++) sum += x[start + place] * input[place];
    output[channel] = sum;
  }
}

function signByEnergy(projection: Float64Array, energy: Float64Array): 1 | -1 {
  // The projection has mean 0, so that its correlation with the energy has the sign of this sum.
  let together = 0;
  let size = 0;
  let strongest = 0;
  for (let place = 0; place < projection.length; place++) {
    together += projection[place] * energy[place];
    size += Math.abs(projection[place]) * energy[place];
    if (Math.abs(projection[place]) > Math.abs(strongest)) strongest = projection[place];
  }
  const decisive = Math.abs(together) > 1e-9 * size ? together : strongest;
  return decisive < 0 ? -1 : 1;
}
