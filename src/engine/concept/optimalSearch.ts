import type { GroupCounts } from '../unit/groupCounter.js';
import { beamSearch, type BeamOptions } from './beamSearch.js';
import { AND, AND_NOT, OR, type Operator } from './leftDeep.js';
import { lastJoinBound } from './lastJoinBound.js';
import { intersectionOverUnion, type Ranking, type Scored } from './ranking.js';
import type { SearchSpace } from './searchSpace.js';

/** Steps (an addition or a bound) spent on one unit before the search gives up: some tenths of a second. */
const defaultBudget = 1e8;
/** Bytes for masks that were visited. */
const visitedMemory = 64 * 2 ** 20;

/**
 * Branch and bound over all left-deep formulas of up to `maxLength` atoms. Starts from what the beam finds; a branch is left
 * where a bound shows that nothing in it scores higher (nor as high with fewer atoms). Formulas with masks that were visited
 * at no greater length are not visited again.
 *
 * Bounds on what a formula f can become, with U the firing positions, hits |U ∩ f| and extras |f \ U|:
 * - joined by OR alone, k more atoms: hits ≤ min(coverable, hits + the k largest |U ∩ c|), extras don't shrink;
 * - otherwise at most k − 1 joins add hits, and extras may go to 0;
 * - for the last join, `lastJoinBound` from the known overlaps of pairs.
 *
 * @returns the ranking, and whether its first is proven the best; false where the work exceeded the budget: then the
 *          ranking is the beam's
 */
export function optimalSearch(
  space: SearchSpace,
  unit: GroupCounts,
  fires: number,
  options: BeamOptions & { budget?: number },
): { ranking: Ranking; proven: boolean } {
  const ranking = beamSearch(space, unit, fires, options);
  const { maxLength } = options;
  if (ranking.entries.length === 0 || maxLength < 2) return { ranking, proven: true };
  const budget = options.budget ?? defaultBudget;
  const { atoms, sizes } = space;
  const hitsWork = space.hitsWork(unit);
  const hits = space.hits(unit, null);
  const covered = space.coverable(unit);
  const largest = Float64Array.from(hits).sort().reverse();
  const gain = Array.from({ length: maxLength }, (_, k) => largest.slice(0, k).reduce((sum, h) => sum + h, 0));
  const visited = new Map<string, number>();
  let visitedBytes = 0;
  let steps = atoms * hitsWork;
  if (steps > budget) return { ranking, proven: false };

  const leaves = Array.from({ length: atoms }, (_, atom): Joins => {
    const leaf = { ...space.leaf(atom), hits: hits[atom], size: sizes[atom], iou: 0 };
    return joins(leaf, space.hits(unit, leaf.mask), space.overlaps(leaf));
  });
  const promising = (bound: number, length: number): boolean => {
    const [best] = ranking.entries;
    return bound > best.iou || (bound === best.iou && length < best.formula.length);
  };
  const reach = (hit: number, extra: number, more: number): number =>
    Math.max(Math.min(covered, hit + gain[more]) / (fires + extra), Math.min(covered, hit + gain[more - 1]) / fires);
  const consider = (left: Scored, operator: Operator, atom: number, hit: number, size: number): void => {
    const iou = intersectionOverUnion(hit, size, fires);
    if (ranking.admits(iou, left.formula.length + 1)) {
      ranking.offer({ ...space.join(left, operator, atom), hits: hit, size, iou });
    }
  };

  /** All formulas that extend `node.of`; false where the budget is spent. */
  const visit = (node: Joins): boolean => {
    const { of: left, hits: hitsWith, sizes: sizesWith } = node;
    const { length } = left.formula;
    const more = maxLength - length - 1;
    for (let atom = 0; atom < atoms; atom++) {
      for (const operator of [OR, AND, AND_NOT] as const) {
        // a OR b is b OR a.
        if (length === 1 && operator !== AND_NOT && atom <= left.formula.atom) continue;
        const [h, s] = [hitsWith[atom], sizesWith[atom]];
        const hit = operator === OR ? left.hits + hits[atom] - h : operator === AND ? h : left.hits - h;
        const size = operator === OR ? left.size + sizes[atom] - s : operator === AND ? s : left.size - s;
        // Without hits, whatever follows is no better than the same without this part; one that changes nothing is no news.
        if (hit === 0 || size === left.size || (operator !== AND_NOT && size === sizes[atom])) continue;
        consider(left, operator, atom, hit, size);
        if (more === 0 || !promising(reach(hit, size - hit, more), length + 2)) continue;
        if (more === 1) {
          steps += 4 * atoms;
          if (!promising(lastJoinBound(node, leaves[atom], operator, hits, sizes, fires), length + 2)) continue;
        }
        const formula = { ...space.join(left, operator, atom), hits: hit, size, iou: 0 };
        steps += hitsWork + space.overlapsWork(formula.mask);
        if (steps > budget) return false;
        if (more > 1) {
          const key = Buffer.from(formula.mask.buffer, formula.mask.byteOffset, formula.mask.byteLength).toString(
            'latin1',
          );
          if ((visited.get(key) ?? Infinity) <= length + 1) continue;
          visitedBytes += key.length;
          if (visitedBytes > visitedMemory) return false;
          visited.set(key, length + 1);
        }
        if (!visit(joins(formula, space.hits(unit, formula.mask), space.overlaps(formula)))) return false;
      }
    }
    return true;
  };

  for (const leaf of leaves) {
    if (leaf.of.hits === 0 || !promising(reach(leaf.of.hits, leaf.of.size - leaf.of.hits, maxLength - 1), 2)) continue;
    if (!visit(leaf)) return { ranking: beamSearch(space, unit, fires, options), proven: false };
  }
  return { ranking, proven: true };
}

/** A formula with what its intersection with every atom has of hits and positions. */
export interface Joins {
  of: Scored;
  /** |U ∩ f ∩ c| */
  hits: Float64Array;
  /** |f ∩ c| */
  sizes: Float64Array;
}

const joins = (of: Scored, hits: Float64Array, sizes: Float64Array): Joins => ({ of, hits, sizes });
