import { largestEigenvector } from './largestEigenvector.js';

/**
 * Activations at each place, projected on the direction in which they vary most over the places: X (places × channels)
 * with its column means subtracted, times the first right singular vector of X. NaN and infinite values count as 0.
 * As pytorch-grad-cam's `get_2d_projection`.
 *
 * The singular vector's sign is arbitrary, and what is below 0 is cut off later, so it decides what a map shows: the
 * projection correlates positively with `guide`. (Where the two do not correlate at all, the place with the greatest
 * magnitude is positive.)
 *
 * @param values channels × places
 * @param guide  what the projection follows, one a place, of X as it is (NaN and infinite values as 0)
 * @returns one a place; zeros where every channel is constant
 */
export function principalComponent(
  values: Float32Array,
  channels: number,
  guide: (finite: Float64Array, channels: number, places: number) => Float64Array,
): Float32Array {
  const places = channels === 0 ? 0 : values.length / channels;
  const finite = Float64Array.from(values, (value) => (Number.isFinite(value) ? value : 0));
  const followed = guide(finite, channels, places);
  const centred = centre(finite, channels, places);

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
  const sign = signAlong(projection, followed);
  return Float32Array.from(projection, (value) => sign * value + 0);
}

/** Sum over channels of squares: where activations are strong, whatever their sign. */
export function energy(values: Float64Array, channels: number, places: number): Float64Array {
  const sums = new Float64Array(places);
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < places; place++) sums[place] += values[channel * places + place] ** 2;
  }
  return sums;
}

/** Sum over channels: the map that the projection stands in for. */
export function channelSum(values: Float64Array, channels: number, places: number): Float64Array {
  const sums = new Float64Array(places);
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < places; place++) sums[place] += values[channel * places + place];
  }
  return sums;
}

function centre(values: Float64Array, channels: number, places: number): Float64Array {
  const centred = new Float64Array(values.length);
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * places;
    let sum = 0;
    for (let place = 0; place < places; place++) sum += values[start + place];
    const mean = sum / places;
    for (let place = 0; place < places; place++) centred[start + place] = values[start + place] - mean;
  }
  return centred;
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

function signAlong(projection: Float64Array, guide: Float64Array): 1 | -1 {
  // The projection has mean 0, so that its correlation with the guide has the sign of this sum.
  let together = 0;
  let size = 0;
  let strongest = 0;
  for (let place = 0; place < projection.length; place++) {
    together += projection[place] * guide[place];
    size += Math.abs(projection[place] * guide[place]);
    if (Math.abs(projection[place]) > Math.abs(strongest)) strongest = projection[place];
  }
  const decisive = Math.abs(together) > 1e-9 * size ? together : strongest;
  return decisive < 0 ? -1 : 1;
}
