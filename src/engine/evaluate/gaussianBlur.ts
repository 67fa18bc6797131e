import type { Planes } from './planes.js';

/**
 * Blurs each channel by a square kernel; what lies outside of the picture counts as 0.
 *
 * The kernel is RISE's: a unit impulse on a grid of that size, filtered by a Gaussian whose tails beyond the grid (up to
 * four sigma) come back by reflection. So its sum is 1 although it is cut.
 *
 * @param size odd, in pixels
 */
export function gaussianBlur({ values, channels, height, width }: Planes, size: number, sigma: number): Float32Array {
  const kernel = reflectedKernel(size, sigma);
  const half = (size - 1) / 2;
  const along = (from: Float32Array, stride: number, length: number, index: number, at: number): number => {
    let sum = 0;
    for (let k = Math.max(0, half - at); k < Math.min(size, length + half - at); k++) {
      sum += kernel[k] * from[index + (k - half) * stride];
    }
    return sum;
  };
  const rows = Float32Array.from(values, (_, i) => along(values, 1, width, i, i % width));
  const blurred = Float32Array.from(rows, (_, i) => along(rows, width, height, i, Math.floor(i / width) % height));
  return blurred.subarray(0, channels * height * width);
}

function reflectedKernel(size: number, sigma: number): Float64Array {
  const kernel = new Float64Array(size);
  const radius = Math.floor(4 * sigma + 0.5);
  const middle = (size - 1) / 2;
  let sum = 0;
  for (let offset = -radius; offset <= radius; offset++) {
    const weight = Math.exp((-offset * offset) / (2 * sigma * sigma));
    sum += weight;
    // a b c | c b a: with the edge repeated, as SciPy's "reflect".
    const folded = (((middle + offset) % (2 * size)) + 2 * size) % (2 * size);
    kernel[folded < size ? folded : 2 * size - 1 - folded] += weight;
  }
  return kernel.map((weight) => weight / sum);
}
