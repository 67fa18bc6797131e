import { setBit } from './conceptSet.js';
import type { GroupCounts } from '../unit/groupCounter.js';
import { AND, leaf, OR, type LeftDeep } from './leftDeep.js';
import type { SearchSpace } from './searchSpace.js';

/** What a formula f has in common with each atom c. */
export interface Overlap {
  /** |U ∩ f ∩ c| */
  hits: Float64Array;
  /** |f ∩ c| */
  sizes: Float64Array;
}

/**
 * The overlaps of formulas with all atoms, for one unit. Those of `f op a` follow from those of f, of a and of f ∩ a, which is the only
 * one to be counted, and the smallest: |(f OR a) ∩ c| = |f ∩ c| + |a ∩ c| − |f ∩ a ∩ c|, and so on. Sizes are shared by units.
 */
export class Overlaps {
  readonly #space: SearchSpace;
  /** Firing positions in each group, and the groups that have any. */
  readonly #weights: Float64Array;
  readonly #firing: Uint32Array;
  readonly #known = new Map<string, Overlap>();
  /** Of formulas that were joined to others. */
  readonly #masks = new Map<string, Uint32Array>();

  constructor(space: SearchSpace, { groups, counts }: GroupCounts) {
    this.#space = space;
    this.#weights = new Float64Array(space.groups.count);
    this.#firing = new Uint32Array(space.groups.words);
    for (let i = 0; i < groups.length; i++) {
      this.#weights[groups[i]] = counts[i];
      setBit(this.#firing, groups[i]);
    }
  }

  of(formula: LeftDeep): Overlap {
    const known = this.#known.get(formula.key);
    if (known) return known;
    const { left, operator, atom, key } = formula;
    const { members, words } = this.#space.groups;
    const row = members.subarray(atom * words, (atom + 1) * words);
    const hits = new Float64Array(this.#space.atoms);
    const sharedSizes = this.#space.sharedSizes(key);
    const sizes = sharedSizes ?? new Float64Array(this.#space.atoms);
    if (left === null) this.#count(row, row, hits, sharedSizes ? null : sizes);
    else {
      const inner = this.of(left);
      const last = operator === OR ? this.of(leaf(atom)) : null;
      this.#count(this.#mask(left), row, hits, sharedSizes ? null : sizes);
      if (operator !== AND) {
        combine(hits, inner.hits, last?.hits);
        if (!sharedSizes) combine(sizes, inner.sizes, last?.sizes);
      }
    }
    if (!sharedSizes) this.#space.shareSizes(key, sizes);
    const overlap = { hits, sizes };
    this.#known.set(key, overlap);
    return overlap;
  }

  /** Says that a formula has the mask of another whose overlap is known. */
  isAs(key: string, known: string): void {
    this.#known.set(key, this.#known.get(known)!);
  }

  #mask(formula: LeftDeep): Uint32Array {
    const { left, operator, atom, key } = formula;
    if (left === null) return this.#space.mask(formula);
    let mask = this.#masks.get(key);
    if (!mask) this.#masks.set(key, (mask = this.#space.joined(this.#mask(left), operator, atom)));
    return mask;
  }

  /** Adds up, for every atom, the positions of the groups in both masks. */
  #count(a: Uint32Array, b: Uint32Array, hits: Float64Array, sizes: Float64Array | null): void {
    const { start, atomsOf } = this.#space;
    const weights = this.#weights;
    const firing = this.#firing;
    const groupSizes = this.#space.groups.sizes;
    for (let w = 0; w < a.length; w++) {
      const both = a[w] & b[w];
      // Where sizes are known, groups without firing positions add nothing.
      for (let bits = sizes === null ? both & firing[w] : both; bits !== 0; bits &= bits - 1) {
        const group = w * 32 + 31 - Math.clz32(bits & -bits);
        const hit = weights[group];
        const size = groupSizes[group];
        const end = start[group + 1];
        if (sizes === null) for (let j = start[group]; j < end; j++) hits[atomsOf[j]] += hit;
        else if (hit === 0) for (let j = start[group]; j < end; j++) sizes[atomsOf[j]] += size;
        else {
          for (let j = start[group]; j < end; j++) {
            const atom = atomsOf[j];
            hits[atom] += hit;
            sizes[atom] += size;
          }
        }
      }
    }
  }
}

/** From |f ∩ a ∩ c| to |(f AND NOT a) ∩ c|, or with `last`, |a ∩ c|, to |(f OR a) ∩ c|. */
function combine(both: Float64Array, inner: Float64Array, last: Float64Array | undefined): void {
  for (let c = 0; c < both.length; c++) both[c] = inner[c] + (last ? last[c] : 0) - both[c];
}
