import { hashOf, widened } from './signatureTable.js';

/**
 * Sets of columns as ascending lists, each kept once and numbered in the order in which they come; open addressing. Few of a
 * thousand concepts hold at a position, so lists take a tenth of what bits would.
 */
export class SignatureLists {
  count = 0;
  /** Positions in each group. */
  #sizes = new Float64Array(256);
  /** The list of number n: #columns[#starts[n]] … #columns[#starts[n + 1] − 1]. */
  #starts = new Uint32Array(512);
  #columns = new Uint32Array(1024);
  /** Number + 1; 0 is free. */
  #places = new Uint32Array(1024);

  /** The number of the list that the first `length` of these are; the next free one where it is new. */
  find(list: Uint32Array, length: number): number {
    const mask = this.#places.length - 1;
    let place = hashOf(list, 0, length) & mask;
    for (; this.#places[place] !== 0; place = (place + 1) & mask) {
      const number = this.#places[place] - 1;
      if (this.#equal(number, list, length)) return number;
    }
    const number = this.count++;
    this.#places[place] = number + 1;
    const start = this.#starts[number];
    while (start + length > this.#columns.length) this.#columns = widened(this.#columns);
    for (let i = 0; i < length; i++) this.#columns[start + i] = list[i];
    if (this.count === this.#starts.length) this.#starts = widened(this.#starts);
    this.#starts[this.count] = start + length;
    if (this.count > this.#sizes.length) {
      const wider = new Float64Array(2 * this.#sizes.length);
      wider.set(this.#sizes);
      this.#sizes = wider;
    }
    if (this.count * 2 > this.#places.length) this.#rehash();
    return number;
  }

  addTo(number: number, positions: number): void {
    this.#sizes[number] += positions;
  }

  /** Positions in each group. */
  sizes(): Float64Array {
    return this.#sizes.slice(0, this.count);
  }

  /** Calls `visit` with each number and each column of its list. */
  each(visit: (number: number, column: number) => void): void {
    for (let number = 0; number < this.count; number++) {
      const end = this.#starts[number + 1];
      for (let i = this.#starts[number]; i < end; i++) visit(number, this.#columns[i]);
    }
  }

  #equal(number: number, list: Uint32Array, length: number): boolean {
    const start = this.#starts[number];
    if (this.#starts[number + 1] - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#columns[start + i] !== list[i]) return false;
    return true;
  }

  #rehash(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    const mask = this.#places.length - 1;
    for (let number = 0; number < this.count; number++) {
      const start = this.#starts[number];
      let place = hashOf(this.#columns, start, this.#starts[number + 1] - start) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number + 1;
    }
  }
}
