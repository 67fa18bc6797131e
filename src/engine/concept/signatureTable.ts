/** Rows of bits, each kept once and numbered in the order in which they come; open addressing. */
export class SignatureTable {
  /** Words of a row. */
  readonly words: number;
  count = 0;
  #rows: Uint32Array;
  /** Number + 1; 0 is free. */
  #places: Uint32Array;
  /** Neighbours are mostly alike: try the one found last first. */
  #last = -1;

  /** @param room for that many at first, a power of two */
  constructor(words: number, room: number) {
    this.words = words;
    this.#rows = new Uint32Array(room * words);
    this.#places = new Uint32Array(4 * room);
  }

  /** The number of the row that begins there; the next free one where it is new. */
  find(rows: Uint32Array, start: number): number {
    if (this.#last >= 0 && this.#equal(this.#last, rows, start)) return this.#last;
    const mask = this.#places.length - 1;
    let place = hashOf(rows, start, this.words) & mask;
    for (; this.#places[place] !== 0; place = (place + 1) & mask) {
      const number = this.#places[place] - 1;
      if (this.#equal(number, rows, start)) return (this.#last = number);
    }
    const number = this.count++;
    this.#places[place] = number + 1;
    if (this.count * this.words > this.#rows.length) this.#rows = widened(this.#rows);
    for (let w = 0; w < this.words; w++) this.#rows[number * this.words + w] = rows[start + w];
    if (this.count * 2 > this.#places.length) this.#rehash();
    return (this.#last = number);
  }

  #equal(number: number, rows: Uint32Array, start: number): boolean {
    const own = number * this.words;
    for (let w = 0; w < this.words; w++) if (this.#rows[own + w] !== rows[start + w]) return false;
    return true;
  }

  #rehash(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    const mask = this.#places.length - 1;
    for (let number = 0; number < this.count; number++) {
      let place = hashOf(this.#rows, number * this.words, this.words) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number + 1;
    }
  }
}

export function widened(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(numbers.length * 2);
  wider.set(numbers);
  return wider;
}

/** The mixing of MurmurHash3 over 32-bit words. */
export function hashOf(words: Uint32Array, start: number, count: number): number {
  let h = count;
  for (let i = start; i < start + count; i++) {
    let k = Math.imul(words[i], 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
