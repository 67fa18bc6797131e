import type { Watched } from './watchedUnits.js';

/** What the samples that were looked at do as they are. */
export interface Observed {
  /** Samples at which a unit fires, ascending. @param slot of the unit among those watched */
  firing(slot: number, threshold: number): number[];
  peak(sample: number, slot: number): number;
  /** Index of the highest output; -1 where there is none. */
  decision: (sample: number) => number;
}

/** @param samples indices in the probe set of the samples that were watched */
export function observed(samples: readonly number[], units: number, { peaks, decisions }: Watched): Observed {
  const at = new Map(samples.map((sample, i) => [sample, i]));
  return {
    firing: (slot, threshold) => samples.filter((_, i) => peaks[i * units + slot] > threshold),
    peak: (sample, slot) => peaks[at.get(sample)! * units + slot],
    decision: (sample) => decisions[at.get(sample)!],
  };
}
