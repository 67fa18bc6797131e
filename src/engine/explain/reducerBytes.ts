import type { Groups } from '../concept/index.js';
import type { ThresholdRule } from '../unit/index.js';

/**
 * Upper estimate of what one unit's reducers hold.
 *
 * Statistics: an exact quantile keeps the largest q·n of n activations, a quarter more while it looks for them, in 4 bytes.
 * Counts by group, for the unit itself and each of its shuffles: a hash table with up to 4 places of 8 bytes for each position that
 * fires, or a plain array of 4 bytes a group, whichever is less; the result has 12 bytes a group that was met.
 *
 * @param positions the layer's own, over all samples
 */
export function unitReducerBytes(
  rule: ThresholdRule,
  positions: number,
  groups: Pick<Groups, 'count' | 'positions'>,
  shuffles = 1,
) {
  const share = rule.kind === 'quantile' ? rule.q : 1;
  const tail = rule.kind === 'quantile' ? 4 * Math.min(positions, 1.25 * share * positions + 256) : 0;
  const fires = share * groups.positions;
  const counts = Math.min(32 * fires, 4 * groups.count) + 12 * Math.min(fires, groups.count);
  return Math.max(tail, (1 + shuffles) * counts);
}
