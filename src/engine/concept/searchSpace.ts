import type { GroupCounts } from '../unit/groupCounter.js';
import type { Groups } from './groups.js';
import { PairCounts, type GroupAtoms } from './pairCounts.js';
import { intersectionOverUnion, type Scored } from './ranking.js';
import { AND, OR, type LeftDeep, type Operator } from './leftDeep.js';

/** Bytes for sizes that units share. */
const sharedMemory = 64 * 2 ** 20;

/** What does not depend on the unit: which atoms hold in which group, and how large formulas are. Shared by all units. */
export class SearchSpace implements GroupAtoms {
  readonly groups: Groups;
  readonly atoms: number;
  /** |c| of each atom, in positions. */
  readonly sizes: Float64Array;
  /** The atoms that hold in group g: atomsOf[start[g]] … atomsOf[start[g + 1] − 1]. */
  readonly start: Uint32Array;
  readonly atomsOf: Uint32Array;
  readonly #sizes = new Map<string, Float64Array>();
  #pairSizes: PairCounts | null = null;

  static readonly #known = new WeakMap<Groups, SearchSpace>();
  static #latest: WeakRef<Groups> | null = null;

  /** The one for these groups. Only the last one asked for is kept, so that many layers don't hold many memories. */
  static of(groups: Groups): SearchSpace {
    const before = SearchSpace.#known.get(groups);
    if (before) return before;
    const latest = SearchSpace.#latest?.deref();
    if (latest) SearchSpace.#known.delete(latest);
    const space = new SearchSpace(groups);
    SearchSpace.#known.set(groups, space);
    SearchSpace.#latest = new WeakRef(groups);
    return space;
  }

  private constructor(groups: Groups) {
    this.groups = groups;
    this.atoms = groups.atoms.length;
    const { count, members, words } = groups;
    const start = new Uint32Array(count + 1);
    const each = (visit: (group: number, atom: number) => void): void => {
      for (let atom = 0; atom < this.atoms; atom++) {
        for (let w = 0; w < words; w++) {
          for (let bits = members[atom * words + w]; bits !== 0; bits &= bits - 1) {
            visit(w * 32 + 31 - Math.clz32(bits & -bits), atom);
          }
        }
      }
    };
    each((group) => start[group + 1]++);
    for (let group = 0; group < count; group++) start[group + 1] += start[group];
    const next = start.slice();
    this.atomsOf = new Uint32Array(start[count]);
    each((group, atom) => (this.atomsOf[next[group]++] = atom));
    this.start = start;
    this.sizes = new Float64Array(this.atoms);
    each((group, atom) => (this.sizes[atom] += groups.sizes[group]));
  }

  /** |U ∩ c| of a unit's firing positions U with every atom c. */
  hits({ groups, counts }: GroupCounts): Float64Array {
    const sums = new Float64Array(this.atoms);
    const { start, atomsOf } = this;
    for (let i = 0; i < groups.length; i++) {
      const end = start[groups[i] + 1];
      for (let j = start[groups[i]]; j < end; j++) sums[atomsOf[j]] += counts[i];
    }
    return sums;
  }

  /** |f ∩ c| for every atom c, where a unit has counted it before. */
  sharedSizes(key: string): Float64Array | undefined {
    return this.#sizes.get(key);
  }

  /** Keeps them for the units to come, up to a ceiling of memory. */
  shareSizes(key: string, sizes: Float64Array): void {
    if ((this.#sizes.size + 1) * (this.atoms * 8 + 128) > sharedMemory) {
      const oldest = this.#sizes.keys().next();
      if (!oldest.done) this.#sizes.delete(oldest.value);
    }
    this.#sizes.set(key, sizes);
  }

  /** The groups in which a formula holds. Not to be written to. */
  mask({ left, operator, atom }: LeftDeep): Uint32Array {
    const { members, words } = this.groups;
    if (!left) return members.subarray(atom * words, (atom + 1) * words);
    const inner = this.mask(left);
    return this.joined(inner, operator, atom, left.left ? inner : undefined);
  }

  /** The groups in which a formula with the mask `inner` holds once an atom is joined to it. */
  joined(
    inner: Uint32Array,
    operator: Operator,
    atom: number,
    into: Uint32Array = new Uint32Array(inner.length),
  ): Uint32Array {
    const { members, words } = this.groups;
    const start = atom * words;
    if (operator === OR) for (let w = 0; w < words; w++) into[w] = inner[w] | members[start + w];
    else if (operator === AND) for (let w = 0; w < words; w++) into[w] = inner[w] & members[start + w];
    else for (let w = 0; w < words; w++) into[w] = inner[w] & ~members[start + w];
    return into;
  }

  /** Of a unit's firing positions, by pairs of atoms. */
  pairHits({ groups, counts }: GroupCounts): PairCounts {
    return new PairCounts(this, groups, counts, sharedMemory);
  }

  /** Of all positions, by pairs of atoms; shared by all units. */
  get pairSizes(): PairCounts {
    const { count, sizes } = this.groups;
    this.#pairSizes ??= new PairCounts(
      this,
      Uint32Array.from({ length: count }, (_, group) => group),
      sizes,
      sharedMemory,
    );
    return this.#pairSizes;
  }

  /** A formula with its score against a unit. */
  scored({ groups, counts }: GroupCounts, fires: number, formula: LeftDeep): Scored {
    const mask = this.mask(formula);
    let size = 0;
    for (let w = 0; w < mask.length; w++) {
      for (let bits = mask[w]; bits !== 0; bits &= bits - 1)
        size += this.groups.sizes[w * 32 + 31 - Math.clz32(bits & -bits)];
    }
    let hits = 0;
    for (let i = 0; i < groups.length; i++) {
      if ((mask[groups[i] >>> 5] >>> (groups[i] & 31)) & 1) hits += counts[i];
    }
    return { formula, hits, size, iou: intersectionOverUnion(hits, size, fires) };
  }

  /** Firing positions at which at least one atom holds: no formula can cover more. */
  coverable({ groups, counts }: GroupCounts): number {
    let sum = 0;
    for (let i = 0; i < groups.length; i++) if (this.start[groups[i] + 1] > this.start[groups[i]]) sum += counts[i];
    return sum;
  }
}
