import { encode } from 'fast-png';

/** An 8-bit PNG of RGBA pixels; grey and opaque ones are stored as such, which is a quarter of the size. */
export function encodePng(picture: { width: number; height: number; rgba: Uint8Array }): Uint8Array {
  const { width, height, rgba } = picture;
  const kept = channelsOf(rgba);
  const data = kept === 4 ? rgba : new Uint8Array(width * height * kept);
  if (kept < 4) {
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let channel = 0; channel < kept; channel++) data[kept * pixel + channel] = rgba[4 * pixel + channel];
    }
  }
  return encode({ width, height, data, channels: kept, depth: 8 }, { zlib: { level: 9 } });
}

/** 4 with transparency, 3 with colour, else 1. */
function channelsOf(rgba: Uint8Array): 1 | 3 | 4 {
  let colour = false;
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] !== 255) return 4;
    colour ||= rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2];
  }
  return colour ? 3 : 1;
}
