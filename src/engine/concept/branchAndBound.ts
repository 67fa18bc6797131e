import { AND, AND_NOT, OR, type Operator } from './leftDeep.js';
import { MaxHeap } from './maxHeap.js';
import { OpenBounds } from './openBounds.js';
import { OpenPositions, type Innermost } from './openPositions.js';
import type { PairCounts } from './pairCounts.js';
import { sliceSteps, type Sliced } from './slices.js';

/** Branches known at most: memory stays below about 200 MB. */
const mostBranches = 2 ** 20;

/** One join of a left-deep formula: everything inside it, joined to the atom. */
export interface Join {
  operator: Operator;
  atom: number;
}

/** All formulas that end with the same joins. */
interface Branch {
  /** Outermost first: of `f AND b OR c`, [OR c, AND b]. */
  joins: readonly Join[];
  /** The atoms that hold, and those that don't, in the positions that the joins leave open. */
  holding: readonly number[];
  lacking: readonly number[];
  /** Of the positions that the joins decide. */
  gain: number;
  /** The same for all branches that leave the same positions open. */
  key: string;
}

export interface BranchProblem {
  atoms: number;
  maxLength: number;
  /** Of firing positions, and of all. */
  hits: PairCounts;
  sizes: PairCounts;
  /** Formulas gain q · hits − p · extras. */
  p: number;
  q: number;
  /** What is to be exceeded, or reached by fewer than `length` atoms. */
  goal: number;
  length: number;
  /** Steps that may be taken; what is left of them is written back. */
  budget: { steps: number };
}

export interface BranchResult {
  /** A formula that reaches the goal: its joins, outermost first, and what is inside them. */
  found: { joins: readonly Join[]; inside: Innermost } | null;
  /** Where nothing was found: no formula gains more than this. The goal, where that is proven. */
  bound: number;
}

/**
 * Looks for a left-deep formula that gains more than a goal, from the outermost join inwards, best bound first; the first one
 * found is returned. See `optimalSearch`.
 */
export function* branchAndBound(problem: BranchProblem): Sliced<BranchResult> {
  const { atoms, maxLength, hits, sizes, p, q, goal, length: least, budget } = problem;
  const waiting = new MaxHeap<Branch>();
  /** What the best branch so far has gained that leaves these positions open. */
  const gains = new Map<string, number>([['', 0]]);
  waiting.push(Infinity, { joins: [], holding: [], lacking: [], gain: 0, key: '' });
  let bound = Infinity;
  let stop = budget.steps - sliceSteps;

  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { of: branch } = next;
    const { joins, holding, lacking, gain, key } = branch;
    if (gain < gains.get(key)!) continue;
    bound = next.value;
    const before = hits.steps;
    const inHits = yield* hits.within(holding, lacking);
    const inSizes = yield* sizes.within(holding, lacking);
    const open = new OpenPositions(atoms, p, q, inHits, inSizes);
    budget.steps -= hits.steps - before + 2 * hits.length;
    if (budget.steps < stop) {
      yield;
      stop = budget.steps - sliceSteps;
    }
    // The goal is reached from where this branch stands, by that much.
    const missing = (length: number) => goal - gain - (length < least ? 1 : 0);
    const single = open.bestAtom();
    if (single.gain > missing(joins.length + 1)) return { found: { joins, inside: single }, bound };
    const pair = open.bestPair(missing(joins.length + 2));
    if (pair) return { found: { joins, inside: pair }, bound };
    const rest = maxLength - joins.length - 1;
    if (rest < 2) continue;
    if (gains.size > mostBranches) return { found: null, bound };

    const bounds = new OpenBounds(open, rest);
    const wanted = goal - (joins.length + 3 < least ? 1 : 0);
    for (let atom = 0; atom < atoms; atom++) {
      // What is left of this branch is bounded as the branch itself is.
      if (budget.steps < 0) return { found: null, bound };
      if (budget.steps < stop) {
        yield;
        stop = budget.steps - sliceSteps;
      }
      const own = open.gain(atom);
      for (const holds of [false, true]) {
        const gained = gain + (!holds && own > 0 ? own : 0);
        bounds.decide(atom, holds);
        // Nothing decided, nothing open, or what is open can't win.
        if (bounds.decided === 0 || bounds.allHits === 0 || gained + q * bounds.allHits <= wanted) continue;
        const key = keyWith(branch.key, 2 * atom + (holds ? 1 : 0));
        const known = gains.get(key);
        if (known !== undefined && known >= gained) continue;
        gains.set(key, gained);
        const before = bounds.steps;
        const most = gained + bounds.bound(rest, wanted - gained);
        budget.steps -= bounds.steps - before;
        if (most <= wanted) continue;
        const operator = holds ? AND : own > 0 ? OR : AND_NOT;
        waiting.push(most, {
          joins: [...joins, { operator, atom }],
          holding: holds ? [...holding, atom] : holding,
          lacking: holds ? lacking : [...lacking, atom],
          gain: gained,
          key,
        });
      }
    }
  }
  return { found: null, bound: goal };
}

/** The literals of a branch in ascending order, one character each. */
function keyWith(key: string, literal: number): string {
  let at = key.length;
  while (at > 0 && key.charCodeAt(at - 1) > literal) at--;
  return key.slice(0, at) + String.fromCharCode(literal) + key.slice(at);
}
