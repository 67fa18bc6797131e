import { quarter, type Measurer } from './measurer.js';

const names = [
  'red',
  'orange',
  'yellow',
  'green',
  'cyan',
  'blue',
  'purple',
  'pink',
  'brown',
  'white',
  'grey',
  'black',
] as const;

const index = Object.fromEntries(names.map((name, i) => [name, i])) as Record<(typeof names)[number], number>;

/** Upper bounds in degrees; from 345 on it is red again. */
const hues: [number, number][] = [
  [15, index.red],
  [45, index.orange],
  [70, index.yellow],
  [160, index.green],
  [200, index.cyan],
  [255, index.blue],
  [300, index.purple],
  [345, index.pink],
  [360, index.red],
];

/**
 * The name that people would give a colour: the eleven basic colour terms (Berlin and Kay 1969) and cyan, by hue, saturation
 * and value of HSV. Every colour has exactly one.
 * - value below 0.2: black, whatever the hue: sRGB 51 of 255 has 3 % of white's light.
 * - saturation below 0.2: no hue; white from value 0.8 on, else grey.
 * - the hue's bounds lie about half-way between the focal colours: red 0°, orange 30°, yellow 60°, green 120°, cyan 180°,
 *   blue 230°, purple 280°, pink 330°; green reaches a little further towards yellow, as people name chartreuse green.
 * - brown is dark orange (hue 15 to 45, value below 0.65), as ISCC-NBS has it; pink is also pale red (hue of red, saturation
 *   below 0.5, value 0.75 or more).
 */
export function colourIndex(red: number, green: number, blue: number): number {
  const max = Math.max(red, green, blue);
  const span = max - Math.min(red, green, blue);
  const value = max / 255;
  if (value < 0.2) return index.black;
  const saturation = span / max;
  if (saturation < 0.2) return value >= 0.8 ? index.white : index.grey;
  const sector =
    max === red ? (green - blue) / span : max === green ? 2 + (blue - red) / span : 4 + (red - green) / span;
  const hue = (sector * 60 + 360) % 360;
  const colour = hues.find(([bound]) => hue < bound)![1];
  if (colour === index.orange && value < 0.65) return index.brown;
  if (colour === index.red && saturation < 0.5 && value >= 0.75) return index.pink;
  return colour;
}

/** Colour names; none for grey pictures, where brightness says it all. */
export const colour: Measurer = {
  category: 'colour',
  names,
  wholeShare: quarter,
  measure({ channels, data }, mark) {
    if (channels === 1) return;
    for (let i = 0, j = 0; j < data.length; i++, j += 3) mark(colourIndex(data[j], data[j + 1], data[j + 2]), i);
  },
};
