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

/** Positions looked at together: about a third of a picture's at 112 × 112, in which few concepts hold. */
const chunk = 4096;

/**
 * Groups positions by the set of concepts that hold there. Exact: a signature found by its hash is compared word by word.
 *
 * Works through chunks of positions. Most of many concepts hold nowhere in a chunk; those that do make a short signature, and only
 * one that is new in the chunk is looked up among all. Within a chunk it goes by 32 positions: where every concept is all 0 or all 1
 * over them (most blocks, for masks of places) they are one signature; otherwise the block of bits is transposed so that each
 * position's signature is a row of words.
 *
 * @param positions  how many; position p lies in sample floor(p / placesPerSample)
 */
export function partitionPositions(columns: readonly Column[], positions: number, placesPerSample: number): Partition {
  const words = Math.max(1, bitsetWords(columns.length));
  const table = new SignatureTable(words, 256);
  let of: Uint16Array | Uint32Array = new Uint16Array(positions);
  const block = new Uint32Array(32);
  const row = new Uint32Array(words);

  for (let start = 0; start < positions; start += chunk) {
    const end = Math.min(positions, start + chunk);
    const present = columns.flatMap((column, i) => (holdsWithin(column, start, end, placesPerSample) ? [i] : []));
    const local = new SignatureTable(Math.max(1, bitsetWords(present.length)), 16);
    const rows = new Uint32Array(32 * local.words);
    /** Group of each signature of the chunk. */
    const groups: number[] = [];
    const groupOf = (at: number): number => {
      const found = local.find(rows, at);
      if (found < groups.length) return groups[found];
      row.fill(0);
      present.forEach((column, i) => {
        if ((rows[at + (i >>> 5)] >>> (i & 31)) & 1) row[column >>> 5] |= 1 << (column & 31);
      });
      const group = table.find(row, 0);
      if (group === 65536 && of instanceof Uint16Array) of = Uint32Array.from(of);
      groups.push(group);
      return group;
    };

    for (let first = start; first < end; first += 32) {
      const count = Math.min(32, end - first);
      const valid = count === 32 ? -1 : (1 << count) - 1;
      let uniform = true;
      for (let w = 0; w < local.words; w++) {
        let mixed = false;
        for (let i = 0; i < 32; i++) {
          const column = w * 32 + i < present.length ? columns[present[w * 32 + i]] : undefined;
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
          for (let i = 0; i < 32; i++) rows[i * local.words + w] = block[i];
        } else {
          let bits = 0;
          for (let i = 0; i < 32; i++) if (block[i] !== 0) bits |= 1 << i;
          for (let i = 0; i < 32; i++) rows[i * local.words + w] = bits;
        }
      }
      if (uniform) {
        const group = groupOf(0);
        of.fill(group, first, first + count);
        table.sizes[group] += count;
      } else {
        for (let i = 0; i < count; i++) {
          const group = groupOf(i * local.words);
          of[first + i] = group;
          table.sizes[group]++;
        }
      }
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

/** Whether a concept holds at any of the positions; `start` is a multiple of 32. */
function holdsWithin({ bits, perSample }: Column, start: number, end: number, places: number): boolean {
  const [low, high] = perSample ? [Math.floor(start / places), Math.ceil(end / places)] : [start, end];
  const lastWord = (high - 1) >>> 5;
  for (let w = low >>> 5; w <= lastWord; w++) {
    let word = bits[w];
    if (w === low >>> 5) word &= -1 << (low & 31);
    if (w === lastWord && (high & 31) !== 0) word &= (1 << (high & 31)) - 1;
    if (word !== 0) return true;
  }
  return false;
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
  readonly words: number;
  count = 0;
  sizes: Float64Array;
  signatures: Uint32Array;
  /** Group + 1; 0 is free. */
  #places: Uint32Array;
  /** Neighbours are mostly alike: try the group found last first. */
  #last = -1;

  /** @param room for that many at first */
  constructor(words: number, room: number) {
    this.words = words;
    this.sizes = new Float64Array(room);
    this.signatures = new Uint32Array(room * words);
    this.#places = new Uint32Array(4 * room);
  }

  find(rows: Uint32Array, start: number): number {
    if (this.#last >= 0 && this.#equal(this.#last, rows, start)) return this.#last;
    const mask = this.#places.length - 1;
    let place = hash(rows, start, this.words) & mask;
    for (; this.#places[place] !== 0; place = (place + 1) & mask) {
      const group = this.#places[place] - 1;
      if (this.#equal(group, rows, start)) return (this.#last = group);
    }
    const group = this.count++;
    this.#places[place] = group + 1;
    if (this.count > this.sizes.length) this.#widen();
    for (let w = 0; w < this.words; w++) this.signatures[group * this.words + w] = rows[start + w];
    if (this.count * 2 > this.#places.length) this.#rehash();
    return (this.#last = group);
  }

  #equal(group: number, rows: Uint32Array, start: number): boolean {
    const own = group * this.words;
    for (let w = 0; w < this.words; w++) if (this.signatures[own + w] !== rows[start + w]) return false;
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
      let place = hash(this.signatures, group * this.words, this.words) & mask;
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
