/** One picture as the model takes it, in place: value of a channel at a pixel is `values[offset(channel, pixel)]`. */
export interface Planes {
  values: Float32Array | Float64Array;
  channels: number;
  height: number;
  width: number;
  offset: (channel: number, pixel: number) => number;
}

/** What stands in for a region. */
export type Filling = 'mean colour' | 'blurred surroundings';

export const fillings: readonly Filling[] = ['mean colour', 'blurred surroundings'];

/**
 * Fills a region of a picture from what lies outside it: with the mean colour there, or with the surroundings blurred into it
 * (a Gaussian of a tenth of the shorter side, over the pixels outside alone; where it reaches none, the mean colour).
 *
 * @param region height × width: 1 where to fill; not everywhere
 */
export function fillRegion(planes: Planes, region: Uint8Array, filling: Filling): void {
  const { values, channels, height, width, offset } = planes;
  const pixels = height * width;
  const outside = Float64Array.from(region, (inside) => (inside ? 0 : 1));
  const count = outside.reduce((sum, weight) => sum + weight, 0);
  if (count === 0) throw new Error('nothing lies outside the region');
  const sigma = Math.min(height, width) / 10;
  const weights = filling === 'mean colour' ? null : blurred(outside, height, width, sigma);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel++) if (!region[pixel]) sum += values[offset(channel, pixel)];
    const mean = sum / count;
    if (weights === null) {
      for (let pixel = 0; pixel < pixels; pixel++) if (region[pixel]) values[offset(channel, pixel)] = mean;
      continue;
    }
    const kept = Float64Array.from(region, (inside, pixel) => (inside ? 0 : values[offset(channel, pixel)] - mean));
    const spread = blurred(kept, height, width, sigma);
    for (let pixel = 0; pixel < pixels; pixel++) {
      if (region[pixel])
        values[offset(channel, pixel)] = mean + (weights[pixel] > 1e-6 ? spread[pixel] / weights[pixel] : 0);
    }
  }
}

/** Gaussian blur, cut off at three standard deviations; what lies beyond the edges counts as 0. */
export function blurred(plane: Float64Array, height: number, width: number, sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const across = new Float64Array(plane.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let d = Math.max(-reach, -x); d <= Math.min(reach, width - 1 - x); d++)
        sum += kernel[d + reach] * plane[y * width + x + d];
      across[y * width + x] = sum / total;
    }
  }
  const out = new Float64Array(plane.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let d = Math.max(-reach, -y); d <= Math.min(reach, height - 1 - y); d++)
        sum += kernel[d + reach] * across[(y + d) * width + x];
      out[y * width + x] = sum / total;
    }
  }
  return out;
}

/** A region moved by some rows and columns, around the edges: the same shape and size elsewhere. */
export function moved(region: Uint8Array, height: number, width: number, down: number, right: number): Uint8Array {
  const out = new Uint8Array(region.length);
  for (let y = 0; y < height; y++) {
    const to = (y + down) % height;
    for (let x = 0; x < width; x++) out[to * width + ((x + right) % width)] = region[y * width + x];
  }
  return out;
}

/** A region at another size: each pixel has the value of the one it lies in. */
export function resized(
  region: Uint8Array,
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
): Uint8Array {
  const out = new Uint8Array(toHeight * toWidth);
  for (let y = 0; y < toHeight; y++) {
    const row = Math.floor((y * height) / toHeight) * width;
    for (let x = 0; x < toWidth; x++) out[y * toWidth + x] = region[row + Math.floor((x * width) / toWidth)];
  }
  return out;
}
