import { sliceSteps, type Sliced } from './slices.js';

/** Which atoms hold in which group: those of group g are atomsOf[start[g]] … atomsOf[start[g + 1] − 1], ascending. */
export interface GroupAtoms {
  atoms: number;
  start: Uint32Array;
  atomsOf: Uint32Array;
}

/** Positions in which each pair of atoms holds, within some part of all positions. See `pairAt`, `totalAt`. */
export type PairTable = Uint32Array | Float64Array;

/** Where the count of positions with atoms a and b stands; with b = a that of a alone. */
export const pairAt = (a: number, b: number): number => (a < b ? (b * (b + 1)) / 2 + a : (a * (a + 1)) / 2 + b);
/** Where the count of all positions of the part stands (of those in which any atom holds, for the whole). */
export const totalAt = (atoms: number): number => (atoms * (atoms + 1)) / 2;

/** A table that is a sum of tables: what few entries are needed of need not be made as a whole. */
export class PairsWithin {
  readonly #added: readonly PairTable[];
  readonly #taken: readonly PairTable[];

  constructor(added: readonly PairTable[], taken: readonly PairTable[]) {
    this.#added = added;
    this.#taken = taken;
  }

  at(index: number): number {
    let sum = 0;
    for (let i = 0; i < this.#added.length; i++) sum += this.#added[i][index];
    for (let i = 0; i < this.#taken.length; i++) sum -= this.#taken[i][index];
    return sum;
  }

  /** The whole table; not to be written to. */
  table(): PairTable {
    const [first, ...others] = this.#added;
    if (others.length === 0 && this.#taken.length === 0) return first;
    const table = first.slice();
    for (const other of others) for (let i = 0; i < table.length; i++) table[i] += other[i];
    for (const other of this.#taken) for (let i = 0; i < table.length; i++) table[i] -= other[i];
    return table;
  }
}

/**
 * Counts positions (all of them, or those at which a unit fires) by pairs of atoms, within the positions that a conjunction
 * of atoms and negated atoms describes.
 *
 * Tables of conjunctions without negation are counted group by group, and kept up to a ceiling of memory, those used least
 * recently leaving first; a negated atom is a difference of two of them, |f ∧ ¬c| = |f| − |f ∧ c| (inclusion and exclusion).
 */
export class PairCounts {
  /** Additions so far. */
  steps = 0;
  readonly length: number;
  readonly #of: GroupAtoms;
  readonly #groups: Uint32Array;
  readonly #weights: Float64Array;
  /** Places in #groups of the groups in which atom a holds: #places[#first[a]] … #places[#first[a + 1] − 1]. */
  readonly #first: Uint32Array;
  readonly #places: Uint32Array;
  readonly #isSmall: boolean;
  readonly #known = new Map<string, PairTable>();
  readonly #most: number;

  /**
   * @param groups  the groups that count, ascending
   * @param weights positions in each
   * @param memory  for tables that are kept, in bytes
   */
  constructor(of: GroupAtoms, groups: Uint32Array, weights: Float64Array, memory: number) {
    this.#of = of;
    this.#groups = groups;
    this.#weights = weights;
    this.length = totalAt(of.atoms) + 1;
    const first = new Uint32Array(of.atoms + 1);
    let total = 0;
    for (let i = 0; i < groups.length; i++) {
      total += weights[i];
      for (let j = of.start[groups[i]]; j < of.start[groups[i] + 1]; j++) first[of.atomsOf[j] + 1]++;
    }
    for (let atom = 0; atom < of.atoms; atom++) first[atom + 1] += first[atom];
    const next = first.slice();
    this.#places = new Uint32Array(first[of.atoms]);
    for (let i = 0; i < groups.length; i++) {
      for (let j = of.start[groups[i]]; j < of.start[groups[i] + 1]; j++) this.#places[next[of.atomsOf[j]]++] = i;
    }
    this.#first = first;
    this.#isSmall = total < 2 ** 32;
    this.#most = Math.max(2, Math.floor(memory / (this.length * (this.#isSmall ? 4 : 8) + 64)));
  }

  /** Counts within the positions in which all of `holding` and none of `lacking` hold. */
  *within(holding: readonly number[], lacking: readonly number[]): Sliced<PairsWithin> {
    const added: PairTable[] = [];
    const taken: PairTable[] = [];
    for (let chosen = 0; chosen < 2 ** lacking.length; chosen++) {
      const turned = lacking.filter((_, i) => (chosen >>> i) & 1);
      (turned.length % 2 === 0 ? added : taken).push(yield* this.#positive([...holding, ...turned]));
    }
    return new PairsWithin(added, taken);
  }

  *#positive(holding: readonly number[]): Sliced<PairTable> {
    const atoms = [...holding].sort((a, b) => a - b);
    const key = atoms.join();
    let table = this.#known.get(key);
    if (table) this.#known.delete(key);
    else {
      table = yield* this.#count(atoms);
      if (this.#known.size >= this.#most) this.#known.delete(this.#known.keys().next().value!);
    }
    this.#known.set(key, table);
    return table;
  }

  *#count(holding: readonly number[]): Sliced<PairTable> {
    const table = this.#isSmall ? new Uint32Array(this.length) : new Float64Array(this.length);
    const { start, atomsOf } = this.#of;
    const total = this.length - 1;
    this.steps += this.length;
    const add = (place: number): void => {
      const group = this.#groups[place];
      const [from, to] = [start[group], start[group + 1]];
      if (from === to) return;
      const weight = this.#weights[place];
      table[total] += weight;
      this.steps += ((to - from) * (to - from + 1)) / 2;
      for (let j = from; j < to; j++) {
        const row = (atomsOf[j] * (atomsOf[j] + 1)) / 2;
        for (let i = from; i <= j; i++) table[row + atomsOf[i]] += weight;
      }
    };
    let stop = this.steps + sliceSteps;
    if (holding.length === 0) {
      for (let place = 0; place < this.#groups.length; place++) {
        add(place);
        if (this.steps < stop) continue;
        yield;
        stop = this.steps + sliceSteps;
      }
    } else {
      const count = (atom: number) => this.#first[atom + 1] - this.#first[atom];
      const rarest = holding.reduce((least, atom) => (count(atom) < count(least) ? atom : least));
      const others = holding.filter((atom) => atom !== rarest);
      for (let j = this.#first[rarest]; j < this.#first[rarest + 1]; j++) {
        const place = this.#places[j];
        if (others.every((atom) => this.#holds(this.#groups[place], atom))) add(place);
        if (this.steps < stop) continue;
        yield;
        stop = this.steps + sliceSteps;
      }
    }
    return table;
  }

  #holds(group: number, atom: number): boolean {
    const { start, atomsOf } = this.#of;
    let low = start[group];
    let high = start[group + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (atomsOf[middle] < atom) low = middle + 1;
      else high = middle;
    }
    return low < start[group + 1] && atomsOf[low] === atom;
  }
}
