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
    const mask = this.#keys.length - 1;
    let place = (Math.imul(group, 0x9e3779b1) >>> 7) & mask;
    while (this.#keys[place] !== group + 1) {
      if (this.#keys[place] === 0) {
        this.#keys[place] = group + 1;
        this.#used++;
        break;
      }
      place = (place + 1) & mask;
    }
    this.#counts[place] += count;
    if (this.#used > fullest * this.#keys.length) this.#grow();
  }

  result(): GroupCounts {
    if (this.#dense) {
      const groups = new Uint32Array(this.#dense.reduce((used, count) => used + (count > 0 ? 1 : 0), 0));
      const counts = new Float64Array(groups.length);
      let i = 0;
      for (let group = 0; group < this.#groups; group++) {
        if (this.#dense[group] === 0) continue;
        groups[i] = group;
        counts[i++] = this.#dense[group];
      }
      return { groups, counts };
    }
    const places = Uint32Array.from(this.#keys.keys())
      .filter((place) => this.#keys[place] > 0)
      .sort((a, b) => this.#keys[a] - this.#keys[b]);
    return {
      groups: places.map((place) => this.#keys[place] - 1),
      counts: Float64Array.from(places, (place) => this.#counts[place]),
    };
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
