import { resizeBilinear } from '../unit/index.js';

/**
 * An attribution to a picture's pixels as one map: the magnitude of the sum over channels, scaled so that the highest is 1.
 *
 * @param dims   of one sample: channels × height × width, or height × width × channels where only the last are 1, 3 or 4
 * @param picture the size of what is returned
 * @returns height × width in [0, 1]; zeros where nothing was attributed
 */
export function magnitudeMap(
  values: Float32Array,
  dims: readonly number[],
  picture: { height: number; width: number },
): Float32Array {
  const isChannels = (size: number): boolean => size === 1 || size === 3 || size === 4;
  const last = dims.length === 3 && isChannels(dims[2]) && !isChannels(dims[0]);
  const [height, width] = last ? dims : dims.slice(-2);
  const places = height * width;
  const channels = values.length / places;
  const sums = new Float32Array(places);
  for (let place = 0; place < places; place++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[last ? place * channels + c : c * places + place];
    sums[place] = Math.abs(sum);
  }
  const highest = sums.reduce((a, b) => Math.max(a, b), 0);
  const scaled = highest > 0 ? sums.map((value) => value / highest) : sums;
  return Float32Array.from(resizeBilinear(scaled, height, width, picture.height, picture.width));
}
