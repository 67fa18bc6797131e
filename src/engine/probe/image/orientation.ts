import type { Raster } from './raster.js';

/**
 * Turns the stored picture the way up that its EXIF orientation says, as `PIL.ImageOps.exif_transpose` does.
 * For each of the eight values: where the pixel (x, y) of the upright picture lies in the stored one of w × h.
 */
export function upright(raster: Raster, orientation: number): Raster {
  const { width: w, height: h, channels, data } = raster;
  // Index in the stored picture of the upright one's first pixel, and its steps along x and y, in pixels.
  const walk: Record<number, [start: number, alongX: number, alongY: number]> = {
    2: [w - 1, -1, w],
    3: [w * h - 1, -1, -w],
    4: [w * (h - 1), 1, -w],
    5: [0, w, 1],
    6: [w * (h - 1), -w, 1],
    7: [w * h - 1, -w, -1],
    8: [w - 1, w, -1],
  };
  const path = walk[orientation];
  if (!path) return raster;
  const [start, alongX, alongY] = path;
  const turned = orientation >= 5;
  const width = turned ? h : w;
  const height = turned ? w : h;
  const out = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = (start + y * alongY) * channels;
    for (let x = 0; x < width; x++, from += alongX * channels) {
      for (let c = 0; c < channels; c++) out[to++] = data[from + c];
    }
  }
  return { width, height, channels, data: out };
}
