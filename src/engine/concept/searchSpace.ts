import type { GroupCounts } from '../unit/groupCounter.js';
import type { Groups } from './groups.js';
import { PairCounts, type GroupAtoms } from './pairCounts.js';
import { intersectionOverUnion, type Masked, type Scored } from './ranking.js';
import { AND, joined, leaf, OR, type Operator } from './leftDeep.js';

/** Bytes for sizes that units share. */
const sharedMemory = 64 * 2 ** 20;

/** What does not depend on the unit: which atoms hold in which group, and how large formulas are. Shared by all units. */
export class SearchSpace {
  readonly groups: Groups;
  readonly atoms: number;
  /** |c| of each atom, in positions. */
  readonly sizes: Float64Array;
  /** The atoms that hold in group g: #atomsOf[#start[g]] … #atomsOf[#start[g + 1] − 1]. */
  readonly #start: Uint32Array;
  readonly #atomsOf: Uint32Array;
  readonly #overlaps = new Map<string, Float64Array>();
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
    this.#atomsOf = new Uint32Array(start[count]);
    each((group, atom) => (this.#atomsOf[next[group]++] = atom));
    this.#start = start;
    this.sizes = this.#sizesWithin(null);
  }

  /** |U ∩ c| of a unit's firing positions U with every atom c; within a mask if given. */
  hits({ groups, counts }: GroupCounts, mask: Uint32Array | null): Float64Array {
    const sums = new Float64Array(this.atoms);
    const [start, atomsOf] = [this.#start, this.#atomsOf];
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i];
      if (mask !== null && ((mask[group >>> 5] >>> (group & 31)) & 1) === 0) continue;
      const count = counts[i];
      const end = start[group + 1];
      for (let j = start[group]; j < end; j++) sums[atomsOf[j]] += count;
    }
    return sums;
  }

  #sizesWithin(mask: Uint32Array | null): Float64Array {
    const sums = new Float64Array(this.atoms);
    const [start, atomsOf] = [this.#start, this.#atomsOf];
    const { count, sizes, words } = this.groups;
    for (let w = 0; w < words; w++) {
      let bits = mask === null ? -1 : mask[w];
      for (; bits !== 0; bits &= bits - 1) {
        const group = w * 32 + 31 - Math.clz32(bits & -bits);
        if (group >= count) break;
        const size = sizes[group];
        const end = start[group + 1];
        for (let j = start[group]; j < end; j++) sums[atomsOf[j]] += size;
      }
    }
    return sums;
  }

  /** |f ∩ c| for every atom c. Kept for the units to come, up to a ceiling of memory. */
  overlaps({ formula, mask }: Masked): Float64Array {
    const before = this.#overlaps.get(formula.key);
    if (before) return before;
    const sums = this.#sizesWithin(mask);
    if ((this.#overlaps.size + 1) * (this.atoms * 8 + 128) > sharedMemory) {
      const oldest = this.#overlaps.keys().next();
      if (!oldest.done) this.#overlaps.delete(oldest.value);
    }
    this.#overlaps.set(formula.key, sums);
    return sums;
  }

  leaf(atom: number): Masked {
    const { members, words } = this.groups;
    return { formula: leaf(atom), mask: members.subarray(atom * words, (atom + 1) * words) };
  }

  join(left: Masked, operator: Operator, atom: number): Masked {
    const { members, words } = this.groups;
    const mask = new Uint32Array(words);
    const start = atom * words;
    for (let w = 0; w < words; w++) {
      const own = members[start + w];
      mask[w] = operator === OR ? left.mask[w] | own : operator === AND ? left.mask[w] & own : left.mask[w] & ~own;
    }
    return { formula: joined(left.formula, operator, atom), mask };
  }

  /** Of a unit's firing positions, by pairs of atoms. */
  pairHits({ groups, counts }: GroupCounts): PairCounts {
    return new PairCounts(this.#groupAtoms(), groups, counts, sharedMemory);
  }

  /** Of all positions, by pairs of atoms; shared by all units. */
  get pairSizes(): PairCounts {
    const { count, sizes } = this.groups;
    this.#pairSizes ??= new PairCounts(
      this.#groupAtoms(),
      Uint32Array.from({ length: count }, (_, group) => group),
      sizes,
      sharedMemory,
    );
    return this.#pairSizes;
  }

  #groupAtoms(): GroupAtoms {
    return { atoms: this.atoms, start: this.#start, atomsOf: this.#atomsOf };
  }

  /** A formula with its score against a unit. */
  scored({ groups, counts }: GroupCounts, fires: number, { formula, mask }: Masked): Scored {
    let size = 0;
    for (let w = 0; w < mask.length; w++) {
      for (let bits = mask[w]; bits !== 0; bits &= bits - 1)
        size += this.groups.sizes[w * 32 + 31 - Math.clz32(bits & -bits)];
    }
    let hits = 0;
    for (let i = 0; i < groups.length; i++) {
      if ((mask[groups[i] >>> 5] >>> (groups[i] & 31)) & 1) hits += counts[i];
    }
    return { formula, mask, hits, size, iou: intersectionOverUnion(hits, size, fires) };
  }

  /** Firing positions at which at least one atom holds: no formula can cover more. */
  coverable({ groups, counts }: GroupCounts): number {
    let sum = 0;
    for (let i = 0; i < groups.length; i++) if (this.#start[groups[i] + 1] > this.#start[groups[i]]) sum += counts[i];
    return sum;
  }
}
