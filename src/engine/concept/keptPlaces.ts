import { ByteReader, ByteWriter, type ByteStore } from './byteStore.js';
import { setRange, type PlaceMask } from './placeMask.js';

/** How a piece is written. */
const [asRuns, asBits] = [0, 1];

const writer = new ByteWriter();

/**
 * A concept's places, put down piece by piece as annotations are read, in any order. A piece is the mask of one sample: the
 * lengths of its runs (places without, places with, and so on until all are told), or its bits where they are shorter. Several
 * pieces of one sample are one mask when it is read.
 */
export class KeptPlaces implements PlaceMask {
  readonly #store: ByteStore;
  readonly #places: number;
  /** Of each piece, its sample and its address. */
  #samples: number[] = [];
  #addresses: number[] = [];
  #isSorted = true;
  /** The piece behind those that were read last: mostly the next to be read. */
  #next = 0;
  bytes = 0;

  /** @param store that holds the pieces, of many concepts together @param places height · width */
  constructor(store: ByteStore, places: number) {
    this.#store = store;
    this.#places = places;
  }

  /** @param bits of the sample's places; those past the last place are 0 */
  add(sample: number, bits: Uint32Array): void {
    if (runEnd(bits, 0, this.#places, 0) === this.#places) return;
    const most = Math.ceil(this.#places / 8);
    writer.byte(asRuns);
    for (let at = 0, holds = 0; at < this.#places && writer.length <= most; holds ^= 1) {
      const end = runEnd(bits, at, this.#places, holds);
      writer.number(end - at);
      at = end;
    }
    if (writer.length > most) {
      writer.length = 0;
      writer.byte(asBits);
      writer.all(new Uint8Array(bits.buffer, bits.byteOffset, most));
    }
    this.#put(sample, writer.take());
  }

  /** The concept holds at every place of the sample. */
  addWhole(sample: number): void {
    writer.byte(asRuns);
    writer.number(0);
    writer.number(this.#places);
    this.#put(sample, writer.take());
  }

  mark(sample: number, bits: Uint32Array): boolean {
    if (!this.#isSorted) this.#sort();
    const first = this.#find(sample);
    let piece = first;
    for (; this.#samples[piece] === sample; piece++) this.#read(this.#addresses[piece], bits);
    this.#next = piece;
    return piece > first;
  }

  #put(sample: number, piece: Uint8Array): void {
    if (this.#samples.length > 0 && sample < this.#samples[this.#samples.length - 1]) this.#isSorted = false;
    this.#samples.push(sample);
    this.#addresses.push(this.#store.put(piece));
    this.bytes += piece.length + 16;
  }

  #read(address: number, bits: Uint32Array): void {
    const reader = new ByteReader(this.#store.at(address));
    if (reader.byte() === asBits) {
      const bytes = reader.all(Math.ceil(this.#places / 8));
      const into = new Uint8Array(bits.buffer, bits.byteOffset, bytes.length);
      for (let i = 0; i < bytes.length; i++) into[i] |= bytes[i];
      return;
    }
    for (let at = 0; at < this.#places;) {
      const start = at + reader.number();
      if (start === this.#places) return;
      at = start + reader.number();
      setRange(bits, start, at);
    }
  }

  /** The first piece of this sample or of one behind it. */
  #find(sample: number): number {
    const samples = this.#samples;
    const isFirst = (piece: number): boolean =>
      (piece === samples.length || samples[piece] >= sample) && (piece === 0 || samples[piece - 1] < sample);
    if (isFirst(this.#next)) return this.#next;
    let [low, high] = [0, samples.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (samples[middle] < sample) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sort(): void {
    const order = this.#samples.map((_, piece) => piece).sort((a, b) => this.#samples[a] - this.#samples[b]);
    this.#addresses = order.map((piece) => this.#addresses[piece]);
    this.#samples = order.map((piece) => this.#samples[piece]);
    this.#isSorted = true;
    this.#next = 0;
  }
}

/** Where the run of bits that are all `holds` (0 or 1) ends which begins at a place. */
function runEnd(bits: Uint32Array, start: number, places: number, holds: number): number {
  const flip = -holds;
  let word = start >>> 5;
  let ending = (bits[word] ^ flip) & (-1 << (start & 31));
  while (ending === 0 && ++word < bits.length) ending = bits[word] ^ flip;
  return ending === 0 ? places : Math.min(places, word * 32 + 31 - Math.clz32(ending & -ending));
}
