/** At how many positions of each group a unit fires; only groups with any, in ascending order. */
export interface GroupCounts {
  groups: Uint32Array;
  counts: Float64Array;
}

const denseUpTo = 8192;
/** Of a hash table's places; beyond it the table is doubled. */
const fullest = 0.5;

/**
 * Counts by group. A unit that fires at few positions touches few of many groups, so where there are many the counts live
 * in a hash table until they are dense enough for a plain array.
 */
export class GroupCounter {
  readonly #groups: number;
  #dense: Uint32Array | null;
  /** Group + 1; 0 is free. */
  #keys = new Uint32Array(0);
  #counts = new Uint32Array(0);
  #used = 0;

  constructor(groups: number) {
    this.#groups = groups;
    this.#dense = groups <= denseUpTo ? new Uint32Array(groups) : null;
    if (!this.#dense) this.#table(64);
  }

  add(group: number, count: number): void {
    if (this.#dense) {
      this.#dense[group] += count;
      return;
    }
    const place = this.#place(group);
    if (this.#keys[place] === 0) {
      this.#keys[place] = group + 1;
      this.#used++;
    }
    this.#counts[place] += count;
    if (this.#used > fullest * this.#keys.length) this.#grow();
  }

  result(): GroupCounts {
    const groups = this.#dense
      ? met(this.#dense)
      : this.#keys
          .filter((key) => key > 0)
          .map((key) => key - 1)
          .sort();
    const counts = new Float64Array(groups.length);
    for (let i = 0; i < groups.length; i++) {
      counts[i] = this.#dense ? this.#dense[groups[i]] : this.#counts[this.#place(groups[i])];
    }
    return { groups, counts };
  }

  /** Where the group stands in the table, or would. */
  #place(group: number): number {
    const mask = this.#keys.length - 1;
    let place = (Math.imul(group, 0x9e3779b1) >>> 7) & mask;
    while (this.#keys[place] !== group + 1 && this.#keys[place] !== 0) place = (place + 1) & mask;
    return place;
  }

  #table(places: number): void {
    this.#keys = new Uint32Array(places);
    this.#counts = new Uint32Array(places);
    this.#used = 0;
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    // Two words a place: twice as many places cost as much as a plain array of four words a place.
    if (keys.length * 4 >= this.#groups) this.#dense = new Uint32Array(this.#groups);
    this.#table(this.#dense ? 0 : keys.length * 2);
    keys.forEach((key, place) => key > 0 && this.add(key - 1, counts[place]));
  }
}

function met(counts: Uint32Array): Uint32Array {
  let length = 0;
  const groups = new Uint32Array(counts.length);
  for (let group = 0; group < counts.length; group++) if (counts[group] > 0) groups[length++] = group;
  return groups.slice(0, length);
}
