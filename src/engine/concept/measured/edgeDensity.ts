import { lumaOf } from './luma.js';
import { quarter, type Measurer } from './measurer.js';
import { isEdge, sobel } from './sobel.js';

/**
 * How much goes on around a position: the share of edge pixels in a square window around it, an eighth of the picture's longer
 * side wide (odd, at least 3 pixels; cut off at the border). Busy: half of them or more. Plain: none.
 */
export const edgeDensity: Measurer = {
  category: 'edge',
  names: ['busy', 'plain'],
  wholeShare: quarter,
  measure(picture, mark) {
    const { width, height } = picture;
    const gradient = sobel(lumaOf(picture), width, height);
    // Sums over all rectangles from the upper left corner, with a row and column of zeros before.
    const sums = new Uint32Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y++) {
      for (let x = 0, line = 0; x < width; x++) {
        line += isEdge(gradient, y * width + x) ? 1 : 0;
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + line;
      }
    }
    const reach = Math.max(1, Math.round(Math.max(width, height) / 16));
    for (let y = 0; y < height; y++) {
      const top = Math.max(0, y - reach) * (width + 1);
      const bottom = Math.min(height, y + reach + 1) * (width + 1);
      const rows = (bottom - top) / (width + 1);
      for (let x = 0; x < width; x++) {
        const left = Math.max(0, x - reach);
        const right = Math.min(width, x + reach + 1);
        const edges = sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left];
        if (edges === 0) mark(1, y * width + x);
        else if (edges * 2 >= rows * (right - left)) mark(0, y * width + x);
      }
    }
  },
};
