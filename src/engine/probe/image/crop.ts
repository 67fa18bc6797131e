import type { Raster } from './raster.js';

/**
 * torchvision's `CenterCrop([height, width])`: a picture that is smaller is first padded with zeros, the odd pixel to the
 * right and below; the crop's corner is Python's round((size - crop) / 2), which rounds halves to even.
 */
export function centerCrop(raster: Raster, width: number, height: number): Raster {
  const left = cropCorner(raster.width, width);
  const top = cropCorner(raster.height, height);
  if (left === 0 && top === 0 && raster.width === width && raster.height === height) return raster;
  const { channels, data } = raster;
  const out = new Uint8Array(width * height * channels);
  const columns = Math.min(raster.width, width);
  for (let y = 0; y < Math.min(raster.height, height); y++) {
    const from = ((y + Math.max(0, top)) * raster.width + Math.max(0, left)) * channels;
    const to = ((y + Math.max(0, -top)) * width + Math.max(0, -left)) * channels;
    out.set(data.subarray(from, from + columns * channels), to);
  }
  return { width, height, channels, data: out };
}

/** Where the crop begins on an axis; negative where that many zeros are put before. */
export function cropCorner(size: number, crop: number): number {
  return size < crop ? -Math.trunc((crop - size) / 2) : roundHalfEven((size - crop) / 2);
}

const roundHalfEven = (x: number): number => {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down & 1) : Math.round(x);
};
