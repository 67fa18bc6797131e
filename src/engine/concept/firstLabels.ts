import { setImmediate } from 'node:timers/promises';
import type { UnitExplanation } from '../../shared/results.js';
import type { FiringCounts } from '../unit/firingCounts.js';
import type { Groups } from './groups.js';
import { bestIou, searchUnit } from './search.js';
import { atOnce } from './slices.js';

/** Units after which other events get their turn. */
const turn = 64;

const settings = { search: 'single', maxLength: 1, beam: 1 } as const;

/**
 * The best single concept of every unit that is worth a search, with the floor of single concepts: what can be said at once,
 * before `explainUnits` says more. It proves nothing about longer formulas.
 *
 * @throws the signal's reason once it is aborted
 */
export async function firstLabels(
  groups: Groups,
  firing: FiringCounts,
  measured: readonly UnitExplanation[],
  signal?: AbortSignal,
): Promise<UnitExplanation[]> {
  const labelled: UnitExplanation[] = [];
  for (const [slot, unit] of measured.entries()) {
    if (slot % turn === 0) await setImmediate();
    signal?.throwIfAborted();
    const found = unit.status === 'explained' ? searchUnit(groups, firing.counts[slot], settings) : null;
    if (!found) continue;
    const { formula, label, length, iou, precision, recall, single, alternatives } = found;
    const [round] = firing.shuffled;
    const floor = round ? atOnce(bestIou(groups, round[slot], settings)) : 0;
    labelled.push({ ...unit, formula, label, length, iou, precision, recall, floor, single, alternatives });
  }
  return labelled;
}
