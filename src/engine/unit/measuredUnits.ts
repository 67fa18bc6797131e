import type { UnitExplanation, UnitStatus } from '../../shared/results.js';
import type { FiringCounts } from './firingCounts.js';
import type { Histogram } from './histogram.js';
import type { UnitStatistics } from './statistics.js';

/**
 * What measuring alone says of a unit. `constant` goes before `dead`: a unit that is the same number everywhere, and not 0,
 * is constant whether or not that number lies above the threshold. `explained` here means: worth a search.
 *
 * @param fires     positions at which it fires
 * @param minActive fewer than this is `rare`
 */
export function measuredStatus(
  { min, max }: Pick<UnitStatistics, 'min' | 'max'>,
  fires: number,
  minActive: number,
): Exclude<UnitStatus, 'no-match'> {
  if (min === max && min !== 0) return 'constant';
  if (fires === 0) return 'dead';
  return fires < minActive ? 'rare' : 'explained';
}

/**
 * The units' explanations before there are labels, in the order of the inputs: `label` null, `iou` 0 and a status that is
 * final but for `no-match`.
 */
export function measuredUnits(
  statistics: readonly UnitStatistics[],
  histograms: readonly Histogram[],
  firing: Pick<FiringCounts, 'fires' | 'positions'>,
  minActive: number,
): UnitExplanation[] {
  return statistics.map((unit, slot) => ({
    unit: unit.unit,
    status: measuredStatus(unit, firing.fires[slot], minActive),
    threshold: unit.threshold,
    fireRate: firing.positions > 0 ? firing.fires[slot] / firing.positions : 0,
    label: null,
    formula: null,
    length: 0,
    iou: 0,
    precision: 0,
    recall: 0,
    floor: 0,
    optimal: false,
    single: null,
    alternatives: [],
    histogram: histograms[slot],
    top: unit.strongest,
  }));
}
