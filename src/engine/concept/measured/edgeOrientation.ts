import { lumaOf } from './luma.js';
import type { Measurer } from './measurer.js';
import { isEdge, sobel } from './sobel.js';

/**
 * Orientation of edges in four ranges of 45 degrees. The edge runs at right angles to the gradient: luma that changes from
 * left to right makes a vertical edge. Rising runs like /, falling like \.
 *
 * Edges are lines, and cover little of a picture even where they are all there is to see; so a picture as a whole has a
 * concept of these where it covers a tenth.
 */
export const edgeOrientation: Measurer = {
  category: 'edge',
  names: ['vertical edge', 'horizontal edge', 'rising diagonal edge', 'falling diagonal edge'],
  wholeShare: 0.1,
  measure(picture, mark) {
    const gradient = sobel(lumaOf(picture), picture.width, picture.height);
    // tan 22.5°: the bound between straight and diagonal.
    const bound = Math.SQRT2 - 1;
    for (let i = 0; i < gradient.x.length; i++) {
      if (!isEdge(gradient, i)) continue;
      const x = Math.abs(gradient.x[i]);
      const y = Math.abs(gradient.y[i]);
      if (y < x * bound) mark(0, i);
      else if (x < y * bound) mark(1, i);
      // Brighter towards the lower right (or the upper left): the edge itself rises to the right, as y counts downwards.
      else mark(gradient.x[i] * gradient.y[i] > 0 ? 2 : 3, i);
    }
  },
};
