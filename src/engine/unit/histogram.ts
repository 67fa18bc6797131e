import type { ActivationBatch, Reducer } from '../runtime/tensor.js';
import type { UnitStatistics } from './statistics.js';

/** counts.length = edges.length − 1; both empty where the unit has no finite activation. */
export interface Histogram {
  edges: number[];
  counts: number[];
}

const mostBins = 200;

/**
 * Bins of equal width from the lowest to the highest finite activation, their width by Scott's rule,
 * (24·√π / n)^(1/3)·σ ≈ 3.49·σ·n^(−1/3) (Scott 1979), between 1 and 200 of them. A unit with one and the same activation
 * everywhere has one bin of width 1 around it. No edge need lie at the threshold.
 */
export function scottEdges({
  min,
  max,
  std,
  finite,
}: Pick<UnitStatistics, 'min' | 'max' | 'std' | 'finite'>): number[] {
  if (finite === 0) return [];
  if (min === max) return [min - 0.5, min + 0.5];
  const width = Math.cbrt((24 * Math.sqrt(Math.PI)) / finite) * std;
  const bins = width > 0 ? Math.min(mostBins, Math.max(1, Math.ceil((max - min) / width))) : mostBins;
  const step = (max - min) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + i * step));
}

/**
 * Counts each unit's finite activations into Scott's bins: [edge i, edge i + 1), the last one closed.
 *
 * @param statistics of the units wanted, from the pass before
 * @returns a reducer whose histograms stand in the order of `statistics`
 */
export function unitHistograms(statistics: readonly UnitStatistics[]): Reducer<Histogram[]> {
  const edges = statistics.map(scottEdges);
  const counts = edges.map(({ length }) => new Float64Array(Math.max(0, length - 1)));
  return {
    add({ samples, units, height, width, values }: ActivationBatch): void {
      const places = height * width;
      for (let sample = 0; sample < samples; sample++) {
        for (let slot = 0; slot < statistics.length; slot++) {
          const edge = edges[slot];
          const bins = edge.length - 1;
          if (bins < 1) continue;
          const count = counts[slot];
          const low = edge[0];
          const scale = bins / (edge[bins] - low);
          const start = (sample * units + statistics[slot].unit) * places;
          for (let i = start; i < start + places; i++) {
            const value = values[i];
            if (value - value !== 0) continue;
            let bin = Math.min(bins - 1, Math.max(0, Math.floor((value - low) * scale)));
            // The product is off by a rounding at times; the edges decide.
            if (value < edge[bin] && bin > 0) bin--;
            else if (bin < bins - 1 && value >= edge[bin + 1]) bin++;
            count[bin]++;
          }
        }
      }
    },
    result: () => edges.map((edge, slot) => ({ edges: [...edge], counts: Array.from(counts[slot]) })),
  };
}
