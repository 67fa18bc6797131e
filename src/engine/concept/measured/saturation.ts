import { quarter, type Measurer } from './measurer.js';

/**
 * How much of a colour there is, by saturation and value of HSV. Colourless: what the colour names call white, grey or black
 * (saturation or value below 0.2). Vivid: saturation 0.6 and more. Muted: all between. None for grey pictures.
 */
export const saturation: Measurer = {
  category: 'saturation',
  names: ['colourless', 'muted', 'vivid'],
  wholeShare: quarter,
  measure({ channels, data }, mark) {
    if (channels === 1) return;
    for (let i = 0, j = 0; j < data.length; i++, j += 3) {
      const max = Math.max(data[j], data[j + 1], data[j + 2]);
      const span = max - Math.min(data[j], data[j + 1], data[j + 2]);
      if (max < 0.2 * 255 || span < 0.2 * max) mark(0, i);
      else mark(span < 0.6 * max ? 1 : 2, i);
    }
  },
};
