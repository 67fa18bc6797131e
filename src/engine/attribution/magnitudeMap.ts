import { resizeBilinear } from '../unit/index.js';

/**
 * An attribution to a picture's pixels, summed over channels.
 *
 * @param dims of one sample: channels × height × width, or height × width × channels where only the last are 1, 3 or 4
 * @returns height × width, signed
 */
export function channelSums(
  values: ArrayLike<number>,
  dims: readonly number[],
): { height: number; width: number; values: Float64Array } {
  const isChannels = (size: number): boolean => size === 1 || size === 3 || size === 4;
  const last = dims.length === 3 && isChannels(dims[2]) && !isChannels(dims[0]);
  const [height, width] = last ? dims : dims.slice(-2);
  const places = height * width;
  const channels = values.length / places;
  const sums = new Float64Array(places);
  for (let place = 0; place < places; place++) {
    for (let c = 0; c < channels; c++) sums[place] += values[last ? place * channels + c : c * places + place];
  }
  return { height, width, values: sums };
}

/**
 * The same as one map: the magnitude of the sums, scaled so that the highest is 1.
 *
 * @param picture the size of what is returned
 * @returns height × width in [0, 1]; zeros where nothing was attributed
 */
export function magnitudeMap(
  attributed: Float32Array,
  dims: readonly number[],
  picture: { height: number; width: number },
): Float32Array {
  const { height, width, values } = channelSums(attributed, dims);
  const sizes = Float32Array.from(values, Math.abs);
  const highest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const scaled = highest > 0 ? sizes.map((value) => value / highest) : sizes;
  return Float32Array.from(resizeBilinear(scaled, height, width, picture.height, picture.width));
}
