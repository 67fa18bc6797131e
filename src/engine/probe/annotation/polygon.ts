import { AnnotationError } from './runLength.js';

/** Steps of the outline in a pixel. */
const fine = 5;
/** Steps of an outline that somebody could have drawn. */
const longestOutline = 5e7;

/**
 * Fills polygons as COCO does, to the pixel: each outline is walked on a grid of fifths of a pixel, and wherever it crosses
 * the middle of a column of pixels, that column changes between outside and inside from there downwards. Polygons of one
 * annotation are united; points outside the picture are allowed.
 *
 * @param polygons each x, y, x, y, … in pixels from the picture's upper left corner
 * @returns width × height bytes, the pixel at (x, y) at x × height + y
 */
export function maskOfPolygons(polygons: readonly (readonly number[])[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const polygon of polygons) {
    // One more than there are pixels: what changes below the last row does so in the next column.
    const changes = new Uint8Array(mask.length + 1);
    crossings(polygon, width, height, (at) => (changes[at] ^= 1));
    let inside = 0;
    for (let i = 0; i < mask.length; i++) {
      inside ^= changes[i];
      mask[i] |= inside;
    }
  }
  return mask;
}

/** Calls `change` with column × height + row wherever the outline crosses a column's middle. */
function crossings(polygon: readonly number[], width: number, height: number, change: (at: number) => void): void {
  const count = polygon.length >> 1;
  const points = Array.from({ length: count }, (_, i) => [
    Math.trunc(fine * polygon[2 * i] + 0.5),
    Math.trunc(fine * polygon[2 * i + 1] + 0.5),
  ]);
  const steps = points.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % count];
    return sum + Math.max(Math.abs(nextX - x), Math.abs(nextY - y));
  }, 0);
  if (!(steps <= longestOutline)) throw new AnnotationError('its outline is longer than any that fits the picture');
  let [beforeX, beforeY] = [NaN, NaN];
  const step = (x: number, y: number): void => {
    if (x !== beforeX && !Number.isNaN(beforeX)) {
      // The middle of column c is at 5 c + 2, between it and the next fifth.
      const column = ((x < beforeX ? x : x - 1) + 0.5) / fine - 0.5;
      if (Number.isInteger(column) && column >= 0 && column <= width - 1) {
        const row = (Math.min(y, beforeY) + 0.5) / fine - 0.5;
        change(column * height + Math.ceil(Math.max(0, Math.min(height, row))));
      }
    }
    [beforeX, beforeY] = [x, y];
  };
  for (let i = 0; i < count; i++) {
    const [fromX, fromY] = points[i];
    const [toX, toY] = points[(i + 1) % count];
    const [spanX, spanY] = [Math.abs(toX - fromX), Math.abs(toY - fromY)];
    // Along the longer side, and always in its increasing direction, so that both ways give the same points.
    if (spanX === 0 && spanY === 0) step(fromX, fromY);
    else if (spanX >= spanY) {
      const [x0, y0, y1] = fromX > toX ? [toX, toY, fromY] : [fromX, fromY, toY];
      const slope = (y1 - y0) / spanX;
      for (let d = 0; d <= spanX; d++) {
        const t = fromX > toX ? spanX - d : d;
        step(x0 + t, Math.trunc(y0 + slope * t + 0.5));
      }
    } else {
      const [x0, y0, x1] = fromY > toY ? [toX, toY, fromX] : [fromX, fromY, toX];
      const slope = (x1 - x0) / spanY;
      for (let d = 0; d <= spanY; d++) {
        const t = fromY > toY ? spanY - d : d;
        step(Math.trunc(x0 + slope * t + 0.5), y0 + t);
      }
    }
  }
}
