import { lumaOf } from './luma.js';
import { quarter, type Measurer } from './measurer.js';

/** The lowest and the highest quarter of the range of luma: below 64 is dark, 192 and above is bright. */
export const brightness: Measurer = {
  category: 'brightness',
  names: ['dark', 'bright'],
  wholeShare: quarter,
  measure(picture, mark) {
    const luma = lumaOf(picture);
    for (let i = 0; i < luma.length; i++) {
      if (luma[i] < 64) mark(0, i);
      else if (luma[i] >= 192) mark(1, i);
    }
  },
};
