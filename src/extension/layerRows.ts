import type { CheckpointChange, UnitChangeKind } from '../shared/checkpointChange.js';
import type { LayerRows } from '../shared/panelProtocol.js';
import { isSaturated } from '../shared/saturation.js';
import { isLabelled, type LayerResults } from './layerResults.js';

export const sparkBins = 24;

/** A layer's units as columns for the page's list. */
export function rowsOf(results: LayerResults, change: CheckpointChange | null = null): LayerRows {
  const { explanations } = results;
  const column = (value: (i: number) => number) => Float32Array.from(explanations, (_, i) => value(i));
  const sparks = new Uint8Array(explanations.length * sparkBins);
  const sparkThreshold = new Uint8Array(explanations.length);
  explanations.forEach(({ histogram, threshold, fireRate }, i) => {
    const bars = barCounts(histogram);
    sparks.set(heightsOf(bars), i * sparkBins);
    sparkThreshold[i] = firstFiring(bars, histogram.edges, threshold, fireRate);
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
    saturated: Uint8Array.from(explanations, (unit) => Number(isSaturated(results.layer.op, unit))),
    threshold: column((i) => explanations[i].threshold ?? NaN),
    sparks,
    sparkBins,
    sparkThreshold,
    hasMaps: results.maps !== null,
    changes: change && changesOf(results, change),
  };
}

function changesOf({ layer, explanations }: LayerResults, change: CheckpointChange): (UnitChangeKind | null)[] {
  const changed = change.layers.find(({ name }) => name === layer.name)?.changed ?? [];
  const kinds = new Map(changed.map(({ unit, kind }) => [unit, kind]));
  return explanations.map(({ unit }) => kinds.get(unit) ?? null);
}

/**
 * The histogram in `sparkBins` bars of equal width over the same range. A bin that spans several bars is shared among
 * them by length.
 */
function barCounts({ edges, counts }: { edges: number[]; counts: number[] }): Float64Array {
  const bars = new Float64Array(sparkBins);
  if (counts.length === 0) return bars;
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
  return bars;
}

/** Square roots of the counts, the highest 255; every bar with a count is visible. */
function heightsOf(bars: Float64Array): Uint8Array {
  const heights = new Uint8Array(bars.length);
  const highest = bars.reduce((a, b) => Math.max(a, b), 0);
  bars.forEach((count, bar) => {
    // Sharing leaves crumbs of rounding; they are no counts.
    if (count > 1e-6) heights[bar] = Math.max(1, Math.round(255 * Math.sqrt(count / highest)));
  });
  return heights;
}

/**
 * The first of the bars that are coloured as firing; `sparkBins` where none is. Such a bar lies above the threshold as a
 * whole, and no more is coloured than fires: a ReLU's zeros share a bin with its smallest values, and a wide bin shares
 * its zeros among several bars.
 */
function firstFiring(bars: Float64Array, edges: number[], threshold: number | null, fireRate: number): number {
  if (threshold === null || edges.length === 0) return sparkBins;
  const low = edges[0];
  const width = (edges[edges.length - 1] - low) / sparkBins;
  if (threshold < low) return 0;
  if (!(width > 0)) return sparkBins;
  // Half a count and a thousandth: what rounding may make of the share.
  const fires = fireRate * bars.reduce((a, b) => a + b, 0) * 1.001 + 0.5;
  const above = Math.floor((threshold - low) / width) + 1;
  let first = sparkBins;
  for (let coloured = 0; first > above; first--) {
    coloured += bars[first - 1];
    if (coloured > fires) break;
  }
  return first;
}
