import { bitsetWords, hasBit, setBit } from './conceptSet.js';

/**
 * Where a concept holds among the places, read one sample at a time: the masks of many concepts over many pictures take more
 * memory as bits than a machine has.
 */
export interface PlaceMask {
  /** Memory that it holds for itself, about. */
  bytes: number;
  /**
   * Sets the bits of the sample's places (row-major) at which the concept holds, and leaves the others as they are.
   *
   * @param bits `bitsetWords(height · width)` words
   * @returns whether there is any such place
   */
  mark(sample: number, bits: Uint32Array): boolean;
}

/** The concept that holds where a function says so; it is asked each time. @param places height · width */
export const placesWhere = (places: number, holds: (sample: number, place: number) => boolean): PlaceMask => ({
  bytes: 0,
  mark(sample, bits) {
    let any = false;
    for (let place = 0; place < places; place++) {
      if (!holds(sample, place)) continue;
      setBit(bits, place);
      any = true;
    }
    return any;
  },
});

/** The concept that holds at every place of these samples. @param samples one bit a sample */
export const wholeSamples = (places: number, samples: Uint32Array): PlaceMask => ({
  bytes: 0,
  mark(sample, bits) {
    if (!hasBit(samples, sample)) return false;
    setRange(bits, 0, places);
    return true;
  },
});

/** The bits of one sample's places. @param places height · width */
export function placesOf(mask: PlaceMask, sample: number, places: number): Uint32Array {
  const bits = new Uint32Array(bitsetWords(places));
  mask.mark(sample, bits);
  return bits;
}

/** Sets bits [start, end). */
export function setRange(bits: Uint32Array, start: number, end: number): void {
  if (start >= end) return;
  const [first, last] = [start >>> 5, (end - 1) >>> 5];
  const low = -1 << (start & 31);
  const high = -1 >>> (31 - ((end - 1) & 31));
  if (first === last) bits[first] |= low & high;
  else {
    bits[first] |= low;
    bits.fill(-1, first + 1, last);
    bits[last] |= high;
  }
}
