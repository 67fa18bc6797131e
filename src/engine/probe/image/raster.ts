/** A decoded picture: 8 bits, row-major, channels interleaved; 1 channel is grey (luma), 3 are red, green, blue. */
export interface Raster {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

/**
 * Grey as Pillow's `convert('L')` computes it: ITU-R 601-2 luma in 16-bit fixed point,
 * (19595 R + 38470 G + 7471 B + 0x8000) >> 16. Grey stays as it is: the weights sum to 65536.
 */
export function toGrey(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { width, height, data } = raster;
  const grey = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < grey.length; i++, j += 3) {
    grey[i] = (data[j] * 19595 + data[j + 1] * 38470 + data[j + 2] * 7471 + 0x8000) >>> 16;
  }
  return { width, height, channels: 1, data: grey };
}

/** Three channels; grey is repeated. */
export function toRgb(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const { width, height, data } = raster;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; i < data.length; i++, j += 3) rgb[j] = rgb[j + 1] = rgb[j + 2] = data[i];
  return { width, height, channels: 3, data: rgb };
}

/** Four channels, opaque: what a page draws. */
export function toRgba(raster: Raster): Uint8Array {
  const { channels, data } = raster;
  const pixels = raster.width * raster.height;
  const rgba = new Uint8Array(pixels * 4);
  for (let i = 0; i < pixels; i++) {
    const from = i * channels;
    rgba[i * 4] = data[from];
    rgba[i * 4 + 1] = data[channels === 3 ? from + 1 : from];
    rgba[i * 4 + 2] = data[channels === 3 ? from + 2 : from];
    rgba[i * 4 + 3] = 255;
  }
  return rgba;
}

/** Drops the fourth of every four bytes, as `convert('RGB')` of Pillow does with alpha: colours are not composed over anything. */
export function fromRgba(width: number, height: number, rgba: Uint8Array | Uint8ClampedArray, channels: 1 | 3): Raster {
  const pixels = width * height;
  const data = new Uint8Array(pixels * channels);
  if (channels === 1) {
    for (let i = 0; i < pixels; i++) data[i] = rgba[i * 4];
  } else {
    for (let i = 0, j = 0, k = 0; i < pixels; i++, j += 3, k += 4) {
      data[j] = rgba[k];
      data[j + 1] = rgba[k + 1];
      data[j + 2] = rgba[k + 2];
    }
  }
  return { width, height, channels, data };
}
