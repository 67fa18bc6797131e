import type { MeasuredPicture } from './measurer.js';

/** ITU-R 601-2 luma, 0..255, as Pillow's `convert('L')`. */
export function lumaOf({ width, height, channels, data }: MeasuredPicture): Uint8Array {
  if (channels === 1) return data;
  const luma = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < luma.length; i++, j += 3) {
    luma[i] = (data[j] * 19595 + data[j + 1] * 38470 + data[j + 2] * 7471 + 0x8000) >>> 16;
  }
  return luma;
}
