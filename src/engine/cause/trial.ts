import type { CauseTrial } from '../../shared/effects.js';
import type { Watched } from './watchedUnits.js';

/** A case: a sample as it is, and the same with something changed. */
export interface Case {
  sample: number;
  /** Index of the changed input among those that were run. */
  run: number;
  /** How much was changed. */
  amount: number;
}

/**
 * What became of the cases.
 *
 * @param before of every sample that was looked at, by its index
 * @param after  of the changed inputs, one unit
 */
export function trialOf(
  cases: readonly Case[],
  before: { peaks: (sample: number) => number; decision: (sample: number) => number },
  after: Watched,
  threshold: number,
): CauseTrial {
  let stops = 0;
  let flips = 0;
  let decided = 0;
  const sums = { before: 0, after: 0, amount: 0 };
  for (const { sample, run, amount } of cases) {
    const peak = after.peaks[run];
    if (!(peak > threshold)) stops++;
    const decision = before.decision(sample);
    if (decision >= 0) {
      decided++;
      if (after.decisions[run] !== decision) flips++;
    }
    sums.before += before.peaks(sample);
    sums.after += Number.isFinite(peak) ? peak : 0;
    sums.amount += amount;
  }
  const share = (count: number, of: number): number | null => (of > 0 ? count / of : null);
  return {
    cases: cases.length,
    stops: share(stops, cases.length),
    decisions: share(flips, decided),
    before: share(sums.before, cases.length),
    after: share(sums.after, cases.length),
    amount: share(sums.amount, cases.length),
  };
}
