import { transpose32 } from './bitTranspose.js';
import { bitsetWords } from './conceptSet.js';
import type { Column } from './positionGrid.js';

/** Positions told apart by which concepts hold there; groups are numbered in the order of their first position. */
export interface Partition {
  /** Group of each position. */
  of: Uint16Array | Uint32Array;
  count: number;
  /** Positions in each group. */
  sizes: Float64Array;
  /** Which concepts hold in each group: group × words, bit c of a row is concept c. */
  signatures: Uint32Array;
  words: number;
}

/**
 * Groups positions by the set of concepts that hold there. Exact: a signature found by its hash is compared word by word.
 *
 * Works through 32 positions at a time: where every concept is all 0 or all 1 over them (most blocks, for masks of places)
 * they are one signature; otherwise the block of bits is transposed so that each position's signature is a row of words.
 *
 * @param positions  how many; position p lies in sample floor(p / placesPerSample)
 */
export function partitionPositions(columns: readonly Column[], positions: number, placesPerSample: number): Partition {
  const words = Math.max(1, bitsetWords(columns.length));
  const table = new SignatureTable(words);
  let of: Uint16Array | Uint32Array = new Uint16Array(positions);
  const block = new Uint32Array(32);
  const rows = new Uint32Array(32 * words);

  const assign = (position: number, group: number): void => {
    if (group === 65536 && of instanceof Uint16Array) of = Uint32Array.from(of);
    of[position] = group;
    table.sizes[group]++;
  };

  for (let first = 0; first < positions; first += 32) {
    const count = Math.min(32, positions - first);
    const valid = count === 32 ? -1 : (1 << count) - 1;
    let uniform = true;
    for (let w = 0; w < words; w++) {
      let mixed = false;
      for (let i = 0; i < 32; i++) {
        const concept = w * 32 + i;
        const column = columns[concept];
        const word =
          column === undefined
            ? 0
            : column.perSample
              ? sampleBits(column.bits, first, count, placesPerSample)
              : column.bits[first >>> 5] & valid;
        block[i] = word;
        if (word !== 0 && (word | 0) !== valid) mixed = true;
      }
      if (mixed) {
        uniform = false;
        transpose32(block);
        for (let i = 0; i < 32; i++) rows[i * words + w] = block[i];
      } else {
        let bits = 0;
        for (let i = 0; i < 32; i++) if (block[i] !== 0) bits |= 1 << i;
        for (let i = 0; i < 32; i++) rows[i * words + w] = bits;
      }
    }
    if (uniform) {
      const group = table.find(rows, 0);
      for (let i = 0; i < count; i++) assign(first + i, group);
    } else {
      for (let i = 0; i < count; i++) assign(first + i, table.find(rows, i * words));
    }
  }
  return {
    of,
    count: table.count,
    sizes: table.sizes.slice(0, table.count),
    signatures: table.signatures.slice(0, table.count * words),
    words,
  };
}

/** 32 positions' worth of a concept that holds of whole samples. */
function sampleBits(bits: Uint32Array, first: number, count: number, places: number): number {
  let word = 0;
  for (let i = 0; i < count;) {
    const sample = Math.floor((first + i) / places);
    const end = Math.min(count, (sample + 1) * places - first);
    if ((bits[sample >>> 5] >>> (sample & 31)) & 1) {
      const run = end - i;
      word |= run === 32 ? -1 : ((1 << run) - 1) << i;
    }
    i = end;
  }
  return word;
}

/** Open addressing over rows of `words` words. */
class SignatureTable {
  readonly #words: number;
  count = 0;
  sizes = new Float64Array(256);
  signatures: Uint32Array;
  /** Group + 1; 0 is free. */
  #places = new Uint32Array(1024);
  /** Neighbours are mostly alike: try the group found last first. */
  #last = -1;

  constructor(words: number) {
    this.#words = words;
    this.signatures = new Uint32Array(256 * words);
  }

  find(rows: Uint32Array, start: number): number {
    if (this.#last >= 0 && this.#equal(this.#last, rows, start)) return this.#last;
    const mask = this.#places.length - 1;
    let place = hash(rows, start, this.#words) & mask;
    for (; this.#places[place] !== 0; place = (place + 1) & mask) {
      const group = this.#places[place] - 1;
      if (this.#equal(group, rows, start)) return (this.#last = group);
    }
    const group = this.count++;
    this.#places[place] = group + 1;
    if (this.count > this.sizes.length) this.#widen();
    for (let w = 0; w < this.#words; w++) this.signatures[group * this.#words + w] = rows[start + w];
    if (this.count * 2 > this.#places.length) this.#rehash();
    return (this.#last = group);
  }

  #equal(group: number, rows: Uint32Array, start: number): boolean {
    const own = group * this.#words;
    for (let w = 0; w < this.#words; w++) if (this.signatures[own + w] !== rows[start + w]) return false;
    return true;
  }

  #widen(): void {
    const sizes = new Float64Array(this.sizes.length * 2);
    sizes.set(this.sizes);
    this.sizes = sizes;
    const signatures = new Uint32Array(this.signatures.length * 2);
    signatures.set(this.signatures);
    this.signatures = signatures;
  }

  #rehash(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    const mask = this.#places.length - 1;
    for (let group = 0; group < this.count; group++) {
      let place = hash(this.signatures, group * this.#words, this.#words) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = group + 1;
    }
  }
}

/** The mixing of MurmurHash3 over 32-bit words. */
function hash(words: Uint32Array, start: number, count: number): number {
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
