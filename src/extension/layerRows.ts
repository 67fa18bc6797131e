import type { LayerRows } from '../shared/panelProtocol.js';
import { isLabelled, type LayerResults } from './layerResults.js';

export const sparkBins = 24;

/** A layer's units as columns for the page's list. */
export function rowsOf(results: LayerResults): LayerRows {
  const { explanations } = results;
  const column = (value: (i: number) => number) => Float32Array.from(explanations, (_, i) => value(i));
  const sparks = new Uint8Array(explanations.length * sparkBins);
  const sparkThreshold = new Uint8Array(explanations.length);
  explanations.forEach(({ histogram, threshold }, i) => {
    sparks.set(sparkOf(histogram), i * sparkBins);
    sparkThreshold[i] = binAbove(histogram.edges, threshold);
  });
  return {
    layer: results.layer.name,
    units: Uint32Array.from(explanations, ({ unit }) => unit),
    status: explanations.map(({ status }) => status),
    labels: explanations.map(({ label }) => label),
    formulas: explanations.map(({ formula }) => formula),
    labelled: isLabelled(results),
    iou: column((i) => explanations[i].iou),
    floor: column((i) => explanations[i].floor),
    fireRate: column((i) => explanations[i].fireRate),
    threshold: column((i) => explanations[i].threshold ?? NaN),
    sparks,
    sparkBins,
    sparkThreshold,
    hasMaps: results.maps !== null,
  };
}

/**
 * The histogram in `sparkBins` bars of equal width over the same range. A bin that spans several bars is shared among
 * them by length. Heights are the square roots of the counts, the highest 255, and every bar with a count is visible.
 */
export function sparkOf({ edges, counts }: { edges: number[]; counts: number[] }): Uint8Array {
  const bars = new Float64Array(sparkBins);
  const heights = new Uint8Array(sparkBins);
  if (counts.length === 0) return heights;
  const low = edges[0];
  const width = (edges[edges.length - 1] - low) / sparkBins;
  counts.forEach((count, bin) => {
    const from = (edges[bin] - low) / width;
    const to = (edges[bin + 1] - low) / width;
    // One value alone makes a histogram without width.
    if (!(to > from)) return void (bars[Math.min(sparkBins - 1, Math.floor(from) || 0)] += count);
    for (let bar = Math.max(0, Math.floor(from)); bar < Math.min(sparkBins, to); bar++)
      bars[bar] += (count * (Math.min(to, bar + 1) - Math.max(from, bar))) / (to - from);
  });
  const highest = bars.reduce((a, b) => Math.max(a, b), 0);
  bars.forEach((count, bar) => {
    // Sharing leaves crumbs of rounding; they are no counts.
    if (count > 1e-6) heights[bar] = Math.max(1, Math.round(255 * Math.sqrt(count / highest)));
  });
  return heights;
}

/** The first bar that lies above the threshold as a whole; `sparkBins` where none does. */
function binAbove(edges: number[], threshold: number | null): number {
  if (threshold === null || edges.length === 0) return sparkBins;
  const width = (edges[edges.length - 1] - edges[0]) / sparkBins;
  if (!(width > 0)) return threshold < edges[0] ? 0 : sparkBins;
  return Math.min(sparkBins, Math.max(0, Math.ceil((threshold - edges[0]) / width - 1e-9)));
}
