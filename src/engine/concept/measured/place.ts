import type { Measurer } from './measurer.js';

/**
 * Where in the picture: thirds by the position's centre, and the border, an eighth of the side (at least one position) along
 * every edge. Concepts of places only: of a picture as a whole they say nothing.
 */
export const place: Measurer = {
  category: 'place',
  names: ['upper third', 'middle third', 'lower third', 'left third', 'centre third', 'right third', 'border'],
  wholeShare: null,
  measure({ width, height }, mark) {
    const third = (i: number, n: number) => Math.min(2, Math.floor(((i + 0.5) * 3) / n));
    const onBorder = (i: number, n: number) => Math.min(i, n - 1 - i) < Math.max(1, Math.round(n / 8));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        mark(third(y, height), i);
        mark(3 + third(x, width), i);
        if (onBorder(y, height) || onBorder(x, width)) mark(6, i);
      }
    }
  },
};
