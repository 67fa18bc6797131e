import type { Formula } from '../../shared/results.js';
import type { GroupCounts } from '../unit/groupCounter.js';
import { beamSearch } from './beamSearch.js';
import { formulaLabel } from './formula.js';
import type { Groups } from './groups.js';
import { toFormula } from './leftDeep.js';
import { optimalSearch } from './optimalSearch.js';
import { SearchSpace } from './searchSpace.js';
import { singleSearch } from './singleSearch.js';
import { atOnce, type Sliced } from './slices.js';

export interface SearchOptions {
  search: 'beam' | 'optimal' | 'single';
  /** Atoms in a formula at most; NOT is not counted. `single` takes 1. */
  maxLength: number;
  /** Formulas that each round extends. */
  beam: number;
  /** Steps that `optimal` may take for one unit before it falls back to the beam. */
  budget?: number;
}

/** The formula that describes best where a unit fires. */
export interface Label {
  formula: Formula;
  label: string;
  /** Atoms. */
  length: number;
  /**
   * |U ∩ f| / |U ∪ f| with U the firing positions; of the search `single`, those in the domain of the concept's category. Formulas
   * are all compared over all positions: over what carries their categories each would be counted over positions of its own choice,
   * so that one could win by a concept that nobody looked for where it is wrong.
   */
  iou: number;
  /** |U ∩ f| / |f| */
  precision: number;
  /** |U ∩ f| / |U| */
  recall: number;
  /** Proven: no left-deep formula of AND, OR, AND NOT with at most `maxLength` atoms scores higher. */
  optimal: boolean;
  /** With `optimal`: no formula of up to `maxLength` atoms has a higher IoU. */
  bound?: number;
  /** `optimal` was asked for and took too long: this is the beam's. */
  fellBack: boolean;
  single: { label: string; iou: number; domain?: string };
  /** Up to five next best formulas with other masks. */
  alternatives: { label: string; iou: number }[];
}

const runnersUp = 5;

/**
 * Labels one unit. Formulas are left-deep, ((a op b) op c) … with OR, AND, AND NOT, and begin with a plain concept, as in
 * the published searches: a bare `NOT a` is not among them.
 *
 * @param unit its firing positions per group
 * @returns null where no concept overlaps the unit, so that no formula does
 */
export const searchUnit = (groups: Groups, unit: GroupCounts, options: SearchOptions): Label | null =>
  atOnce(searchingUnit(groups, unit, options));

/** As `searchUnit`, in slices. */
export function* searchingUnit(groups: Groups, unit: GroupCounts, options: SearchOptions): Sliced<Label | null> {
  const space = SearchSpace.of(groups);
  let fires = 0;
  for (const count of unit.counts) fires += count;
  const maxLength = options.search === 'single' ? 1 : options.maxLength;
  const settings = { maxLength, beam: options.beam, budget: options.budget };
  const { ranking, proven, bound } =
    options.search === 'optimal'
      ? yield* optimalSearch(space, unit, fires, settings)
      : options.search === 'single'
        ? { ranking: singleSearch(space, unit, fires), proven: true, bound: null }
        : { ranking: yield* beamSearch(space, unit, fires, settings), proven: maxLength === 1, bound: null };
  const [best, ...others] = ranking.entries;
  if (!best) return null;

  const written = ({ formula }: (typeof ranking.entries)[number]): string =>
    formulaLabel(toFormula(formula, groups.atoms));
  const [single] = singleSearch(space, unit, fires).entries;
  const domain = groups.domainNames?.[single.formula.atom];
  const covered = space.coverable(unit);
  // A formula that covers all that can be covered and nothing else can't be beaten, however it was found.
  const optimal = proven || bound === best.iou || (best.hits === covered && best.size === covered);
  return {
    formula: toFormula(best.formula, groups.atoms),
    label: written(best),
    length: best.formula.length,
    iou: best.iou,
    precision: best.hits / best.size,
    recall: best.hits / fires,
    optimal,
    ...(bound !== null && { bound }),
    fellBack: options.search === 'optimal' && !optimal,
    single: { label: written(single), iou: single.iou, ...(domain && { domain }) },
    alternatives: others.slice(0, runnersUp).map((other) => ({ label: written(other), iou: other.iou })),
  };
}

/** The IoU alone, in slices: what the same search reaches on a shuffled unit. */
export function* bestIou(groups: Groups, unit: GroupCounts, options: SearchOptions): Sliced<number> {
  const space = SearchSpace.of(groups);
  const fires = unit.counts.reduce((sum, count) => sum + count, 0);
  const maxLength = options.search === 'single' ? 1 : options.maxLength;
  const settings = { maxLength, beam: options.beam, budget: options.budget };
  const ranking =
    options.search === 'optimal'
      ? (yield* optimalSearch(space, unit, fires, settings)).ranking
      : options.search === 'single'
        ? singleSearch(space, unit, fires)
        : yield* beamSearch(space, unit, fires, settings);
  return ranking.entries[0]?.iou ?? 0;
}
