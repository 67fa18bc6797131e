import { contours } from 'd3-contour';

/** A closed line in the unit square: x, y, x, y, …; (0, 0) is the picture's upper left corner, (1, 1) its lower right. */
export type Outline = Float32Array;

/**
 * Bilinear upsampling with pixel centres at half steps and edges repeated, as `interpolate(..., mode='bilinear',
 * align_corners=False)` does it in PyTorch.
 *
 * @param values height × width, row-major
 * @returns toHeight × toWidth
 */
export function upsample(
  values: ArrayLike<number>,
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
): Float64Array {
  const result = new Float64Array(toHeight * toWidth);
  const rows = steps(height, toHeight);
  const columns = steps(width, toWidth);
  for (let y = 0; y < toHeight; y++) {
    const { low: top, high: bottom, part: down } = rows[y];
    for (let x = 0; x < toWidth; x++) {
      const { low: left, high: right, part: across } = columns[x];
      const upper = values[top * width + left] * (1 - across) + values[top * width + right] * across;
      const lower = values[bottom * width + left] * (1 - across) + values[bottom * width + right] * across;
      result[y * toWidth + x] = upper * (1 - down) + lower * down;
    }
  }
  return result;
}

function steps(from: number, to: number): { low: number; high: number; part: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(at), from - 1);
    return { low, high: Math.min(low + 1, from - 1), part: at - low };
  });
}

/** Samples a side on which the outline is traced: smooth at the size at which pictures are shown. */
const traced = 48;

/**
 * Outlines of the region where the map, upsampled bilinearly, lies above the threshold: marching squares with linear
 * interpolation (d3-contour). Holes come as outlines of their own. Outlines close along the picture's edge.
 *
 * @param values height × width, row-major
 */
export function outlines(values: ArrayLike<number>, height: number, width: number, threshold: number): Outline[] {
  const toHeight = Math.max(height, traced);
  const toWidth = Math.max(width, traced);
  const fine = upsample(values, height, width, toHeight, toWidth);
  // "Fires" is strictly greater; d3 takes equal values in. The next number up keeps a map that only touches out.
  const level = threshold + Math.max(Math.abs(threshold), 1) * 1e-9;
  const { coordinates } = contours().size([toWidth, toHeight]).contour(Array.from(fine), level);
  return coordinates.flat().map((ring) => {
    const outline = new Float32Array(ring.length * 2);
    ring.forEach(([x, y], i) => {
      outline[2 * i] = x / toWidth;
      outline[2 * i + 1] = y / toHeight;
    });
    return outline;
  });
}
