import type { GroupCounts } from '../unit/groupCounter.js';
import { beamSearch, type BeamOptions } from './beamSearch.js';
import { branchAndBound, type BranchResult } from './branchAndBound.js';
import { joined, leaf, type LeftDeep } from './leftDeep.js';
import type { Ranking } from './ranking.js';
import type { SearchSpace } from './searchSpace.js';
import type { Sliced } from './slices.js';

/** Steps (additions, or about as much) spent on one unit before the search gives up: about a second. */
const defaultBudget = 3e8;
/** A table of pairs of so many takes 32 MB; with more, nothing is proven. */
const mostAtoms = 4096;

export interface OptimalResult {
  ranking: Ranking;
  /** False where the work exceeded the budget: then the ranking is the beam's, or better. */
  proven: boolean;
  /** No left-deep formula of up to `maxLength` atoms has a higher IoU. */
  bound: number;
}

/**
 * The best of all left-deep formulas of up to `maxLength` atoms, with proof; of equals one with the fewest atoms.
 *
 * Read from outside, a left-deep formula is a decision list: `f OR c` says yes where c holds, `f AND c` says no where it does not,
 * `f AND NOT c` says no where it does, and f decides the rest. So formulas are built from their outermost join inwards, as rule
 * lists are by CORELS (Angelino et al. 2018): what is decided stays decided, and only what is left open counts.
 *
 * To beat the best IoU so far, p / q, a formula must gain q · |U ∩ f| − p · |f \ U| > p · |U|, with U the firing positions
 * (Dinkelbach 1967); whole numbers, exact up to 2^53. The gain is a sum over positions, hence that of the decided plus that of
 * the open ones, and
 * - of branches that leave the same positions open only the one that gained most is followed;
 * - a branch is left where the bound on what the open positions can gain (`OpenBounds`) shows that it can't win;
 * - the two innermost atoms come from counts of pairs of atoms in the open positions (`PairCounts`), shared between branches
 *   and, for the sizes, between units.
 * A better formula raises p / q, and the search begins again with what it has counted.
 *
 * Branches are followed best bound first, so that where the budget ends, the next bound says how much better a formula could be.
 */
export function* optimalSearch(
  space: SearchSpace,
  unit: GroupCounts,
  fires: number,
  options: BeamOptions & { budget?: number },
): Sliced<OptimalResult> {
  const ranking = yield* beamSearch(space, unit, fires, options);
  const { maxLength, budget = defaultBudget } = options;
  const ceiling = space.coverable(unit) / fires;
  const [start] = ranking.entries;
  if (!start || maxLength === 1 || (start.iou === ceiling && start.formula.length === 1)) {
    return { ranking, proven: true, bound: start?.iou ?? 0 };
  }
  if (space.atoms > mostAtoms) return { ranking, proven: false, bound: Math.max(start.iou, ceiling) };
  const hits = space.pairHits(unit);
  const left = { steps: budget };
  for (;;) {
    const [best] = ranking.entries;
    const union = fires + best.size - best.hits;
    const divisor = greatestCommonDivisor(best.hits, union);
    const [p, q] = [best.hits / divisor, union / divisor];
    const { found, bound } = yield* branchAndBound({
      atoms: space.atoms,
      maxLength,
      hits,
      sizes: space.pairSizes,
      p,
      q,
      goal: p * fires,
      length: best.formula.length,
      budget: left,
    });
    if (found) ranking.offer(space.scored(unit, fires, written(found)));
    if (ranking.entries[0] !== best) continue;
    const proven = bound <= p * fires;
    return { ranking, proven, bound: proven ? best.iou : Math.max(best.iou, Math.min(ceiling, bound / (q * fires))) };
  }
}

/** From the innermost atom outwards, as formulas are written. */
function written({ joins, inside }: NonNullable<BranchResult['found']>): LeftDeep {
  const all = joins.toReversed();
  if (inside.second !== null) all.unshift({ operator: inside.operator, atom: inside.second });
  return all.reduce<LeftDeep>((left, { operator, atom }) => joined(left, operator, atom), leaf(inside.atom));
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
