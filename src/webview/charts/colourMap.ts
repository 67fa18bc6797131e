import { interpolateInferno, interpolateMagma, interpolateViridis } from 'd3-scale-chromatic';

export type ColourMapName = 'viridis' | 'inferno' | 'magma' | 'jet';

/**
 * Perceptually uniform maps: equal steps in value look like equal steps in colour (van der Walt and Smith 2015; tables in
 * d3-scale-chromatic). Jet has bands that are not in the data and stands here only because papers use it.
 */
export const colourMapTitles: Record<ColourMapName, string> = {
  viridis: 'Viridis',
  inferno: 'Inferno',
  magma: 'Magma',
  jet: 'Jet, for comparison with papers',
};

const interpolators: Record<Exclude<ColourMapName, 'jet'>, (t: number) => string> = {
  viridis: interpolateViridis,
  inferno: interpolateInferno,
  magma: interpolateMagma,
};

/**
 * MATLAB's jet as matplotlib defines it (`_jet_data` in `_cm.py`): each channel is linear between these points.
 */
const jetChannels: [number, number][][] = [
  [[0, 0], [0.35, 0], [0.66, 1], [0.89, 1], [1, 0.5]], // prettier-ignore
  [[0, 0], [0.125, 0], [0.375, 1], [0.64, 1], [0.91, 0], [1, 0]], // prettier-ignore
  [[0, 0.5], [0.11, 1], [0.34, 1], [0.65, 0], [1, 0]], // prettier-ignore
];

function linear(points: [number, number][], at: number): number {
  const next = Math.max(1, points.findIndex(([x]) => x >= at)); // prettier-ignore
  const [x0, y0] = points[next - 1];
  const [x1, y1] = points[next];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}

const tables = new Map<ColourMapName, Uint8ClampedArray>();

/** 256 colours × RGB, from the lowest value to the highest. */
export function colourTable(name: ColourMapName): Uint8ClampedArray {
  let table = tables.get(name);
  if (!table) {
    table = new Uint8ClampedArray(256 * 3);
    for (let i = 0; i < 256; i++) table.set(colourAt(name, i / 255), i * 3);
    tables.set(name, table);
  }
  return table;
}

function colourAt(name: ColourMapName, t: number): [number, number, number] {
  if (name === 'jet')
    return [linear(jetChannels[0], t) * 255, linear(jetChannels[1], t) * 255, linear(jetChannels[2], t) * 255];
  const hex = Number.parseInt(interpolators[name](t).slice(1), 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
}

/**
 * @param values [0, 1]
 * @returns RGBA, 8 bits, opaque
 */
export function colourise(values: ArrayLike<number>, name: ColourMapName): Uint8ClampedArray<ArrayBuffer> {
  const table = colourTable(name);
  const rgba = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const colour = 3 * Math.round(255 * (value > 0 ? Math.min(value, 1) : 0));
    rgba[4 * i] = table[colour];
    rgba[4 * i + 1] = table[colour + 1];
    rgba[4 * i + 2] = table[colour + 2];
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}
