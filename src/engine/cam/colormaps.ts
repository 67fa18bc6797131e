import { interpolateInferno, interpolateViridis } from 'd3-scale-chromatic';

/** 256 × RGB, 0..255. */
export type Colormap = Uint8Array;

/**
 * Viridis and inferno are perceptually uniform: equal steps of the map look equally large. Jet is not; it is here
 * because papers and pytorch-grad-cam use it.
 */
export const colormaps: Record<string, Colormap> = {
  viridis: sampled(interpolateViridis),
  inferno: sampled(interpolateInferno),
  jet: jet(),
};

function sampled(interpolate: (t: number) => string): Colormap {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    // d3 gives '#rrggbb' for these two.
    const colour = Number.parseInt(interpolate(i / 255).slice(1), 16);
    table.set([colour >> 16, (colour >> 8) & 255, colour & 255], i * 3);
  }
  return table;
}

/** MATLAB's: each colour is a trapezoid, red around 3/4, green around 1/2, blue around 1/4. */
function jet(): Colormap {
  const trapezoid = (t: number, centre: number) => Math.min(Math.max(1.5 - Math.abs(4 * (t - centre)), 0), 1);
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    table.set(
      [0.75, 0.5, 0.25].map((centre) => Math.round(255 * trapezoid(t, centre))),
      i * 3,
    );
  }
  return table;
}
