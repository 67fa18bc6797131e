import type { Settings, UnitExplanation } from '../../shared/results.js';
import { takingTurns } from '../turns.js';
import type { FiringCounts } from '../unit/firingCounts.js';
import type { Groups } from './groups.js';
import { bestIou, searchingUnit } from './search.js';
import { inSlices } from './slices.js';

export interface ExplainUnitsOptions {
  groups: Groups;
  firing: FiringCounts;
  /** The units as measured, in the order of `firing.units`. */
  measured: readonly UnitExplanation[];
  /** `budget`: see `SearchOptions`. */
  settings: Pick<Settings, 'search' | 'maxLength' | 'beam'> & { budget?: number };
  signal?: AbortSignal;
  /** One sentence, once, where units got the beam's label because the proof would have taken too long. */
  onNote?: (note: string) => void;
}

/**
 * Labels the measured units one by one, those that fire most first (then by index). Units that are dead, constant or rare
 * come out as they went in. The floor is the mean over the shuffles; 0 where there was none (a probe set of one sample).
 * Other events have their turns, within a search too.
 *
 * @throws the signal's reason once it is aborted
 */
export async function* explainUnits(options: ExplainUnitsOptions): AsyncGenerator<UnitExplanation, void, undefined> {
  const { groups, firing, measured, settings, signal } = options;
  const order = measured.map((_, slot) => slot).sort((a, b) => firing.fires[b] - firing.fires[a] || a - b);
  let fellBack = 0;
  let mostBetter = 0;
  const pause = takingTurns(signal);
  for (const slot of order) {
    await pause();
    const unit = measured[slot];
    if (unit.status !== 'explained') {
      yield unit;
      continue;
    }
    const found = await inSlices(searchingUnit(groups, firing.counts[slot], settings), pause);
    // The same search: where the label is the beam's, so is the floor.
    const same = found?.fellBack ? { ...settings, search: 'beam' as const } : settings;
    const floors: number[] = [];
    for (const round of firing.shuffled) {
      await pause();
      floors.push(await inSlices(bestIou(groups, round[slot], same), pause));
    }
    const floor = floors.reduce((sum, iou) => sum + iou / floors.length, 0);
    if (!found) {
      yield { ...unit, status: 'no-match', floor };
      continue;
    }
    const { fellBack: gaveUp, ...label } = found;
    if (gaveUp) {
      fellBack++;
      mostBetter = Math.max(mostBetter, label.bound! - label.iou);
    }
    yield { ...unit, ...label, floor, ...(floors.length > 1 && { pValue: rank(label.iou, floors) }) };
  }
  if (fellBack > 0) {
    options.onNote?.(
      `${fellBack} of ${measured.length} units ${fellBack === 1 ? 'has' : 'have'} the beam's label, not proven the best: ` +
        `the proof for up to ${settings.maxLength} concepts of ${groups.atoms.length} would take too long; ` +
        `at most ${(Math.ceil(mostBetter * 100) / 100).toFixed(2)} better is possible`,
    );
  }
}

/** Share of the searches, the unit's own among them, that reach at least its IoU: (1 + #floors ≥ IoU) / (R + 1). */
const rank = (iou: number, floors: readonly number[]): number =>
  (1 + floors.filter((floor) => floor >= iou).length) / (floors.length + 1);
