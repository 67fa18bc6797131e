import { ByteReader, ByteStore, ByteWriter } from './byteStore.js';

/** The group of every position. */
export interface GroupMap {
  /**
   * The groups of one sample's places, row-major. On a grid of samples there is one number a sample, which is that of all its
   * positions.
   *
   * @param into height · width numbers, or 1
   */
  read(sample: number, into: Uint32Array): void;
}

/** @param groups one a sample */
export const mapOfSamples = (groups: Uint32Array): GroupMap => ({
  read: (sample, into) => void (into[0] = groups[sample]),
});

/** Bytes that a number of so many takes. */
const widthOf = (numbers: number): 1 | 2 | 4 => (numbers <= 2 ** 8 ? 1 : numbers <= 2 ** 16 ? 2 : 4);
const asRuns = 0;

/**
 * The groups of places, added sample by sample: the groups that a sample has, then for each place the number of its group among
 * them, as runs or, where that is shorter, in one, two or four bytes each.
 */
export class PlaceGroups implements GroupMap {
  readonly #places: number;
  readonly #store = new ByteStore();
  readonly #addresses: number[] = [];
  readonly #writer = new ByteWriter();

  /** @param places height · width */
  constructor(places: number) {
    this.#places = places;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#store.bytes + 8 * this.#addresses.length;
  }

  /**
   * The next sample.
   *
   * @param local  for each of its places, an index into `groups`
   * @param groups numbers of groups
   */
  add(local: Uint32Array, groups: readonly number[]): void {
    const writer = this.#writer;
    const places = this.#places;
    writer.number(groups.length);
    for (const group of groups) writer.number(group);
    const head = writer.length;
    const width = widthOf(groups.length);
    const most = head + places * width;
    writer.byte(asRuns);
    for (let start = 0, end = 1; start < places && writer.length <= most; start = end++) {
      while (end < places && local[end] === local[start]) end++;
      writer.number(local[start]);
      writer.number(end - start);
    }
    if (writer.length > most) {
      writer.length = head;
      writer.byte(width);
      for (let place = 0; place < places; place++) {
        for (let shift = 0; shift < 8 * width; shift += 8) writer.byte((local[place] >>> shift) & 255);
      }
    }
    this.#addresses.push(this.#store.put(writer.take()));
  }

  read(sample: number, into: Uint32Array): void {
    const reader = new ByteReader(this.#store.at(this.#addresses[sample]));
    const groups = new Uint32Array(reader.number());
    for (let i = 0; i < groups.length; i++) groups[i] = reader.number();
    const places = this.#places;
    const width = reader.byte();
    if (width === asRuns) {
      for (let at = 0; at < places;) {
        const group = groups[reader.number()];
        const end = at + reader.number();
        into.fill(group, at, end);
        at = end;
      }
      return;
    }
    const bytes = reader.all(places * width);
    for (let place = 0, i = 0; place < places; place++) {
      let local = 0;
      for (let shift = 0; shift < 8 * width; shift += 8) local |= bytes[i++] << shift;
      into[place] = groups[local];
    }
  }
}
