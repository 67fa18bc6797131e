import { lumaOf } from './luma.js';
import type { Measurer } from './measurer.js';
import { isEdge, sobel } from './sobel.js';

/**
 * Orientation of edges in eight ranges of 22.5 degrees, named by how the edge runs: horizontal, then turning against the
 * clock. The edge runs at right angles to the gradient: luma that changes from left to right makes a vertical edge. Rising
 * runs like /, falling like \.
 *
 * Edges are lines, and cover little of a picture even where they are all there is to see; so a picture as a whole has a
 * concept of these where it covers a tenth.
 */
export const edgeOrientation: Measurer = {
  category: 'edge',
  names: [
    'horizontal edge',
    'gently rising edge',
    'rising diagonal edge',
    'steeply rising edge',
    'vertical edge',
    'steeply falling edge',
    'falling diagonal edge',
    'gently falling edge',
  ],
  wholeShare: 0.1,
  measure(picture, mark) {
    const gradient = sobel(lumaOf(picture), picture.width, picture.height);
    for (let i = 0; i < gradient.x.length; i++) {
      if (!isEdge(gradient, i)) continue;
      // Angle of the edge against the clock from horizontal, as y counts downwards: that of (-gy, gx) turned up.
      const angle = Math.atan2(gradient.x[i], gradient.y[i]);
      mark((Math.round((angle * 8) / Math.PI) + 16) % 8, i);
    }
  },
};
