import type { PlaceMask } from './placeMask.js';

/** The atoms that formulas are made of: boolean functions of position. */
export interface ConceptSet {
  samples: number;
  /** Size of the position masks; 1 × 1 where every concept is of whole samples. */
  height: number;
  width: number;
  concepts: Concept[];
  /** What was read, skipped and why, one sentence each. */
  notes: string[];
  /** What was read of files of concepts, one sentence each. */
  read?: string[];
  /**
   * Samples in which a category's concepts were looked for, one bit a sample, by category; those that are not named here were
   * looked for in all. No concept holds outside its category's domain. A concept by itself is compared with units there
   * alone, as Network Dissection does.
   */
  domains?: Record<string, Uint32Array>;
}

export interface Concept {
  name: string;
  /** `class`, `label`, `expression`, `colour`, `brightness`, `edge`, `place`, ... */
  category: string;
  /** One bit a sample: the concept holds of the sample as a whole. Null for concepts of places only. */
  ofSamples: Uint32Array | null;
  /** Among the height × width places of each sample. Null for concepts of whole samples: they cover every position. */
  ofPositions: PlaceMask | null;
  /** States: the expression over the table's columns that says the same; absent where there is none (columns of words). */
  expression?: string;
  /** What the data call it, where the probe file renames it. */
  was?: string;
  /** The expression over concepts that it is derived by. */
  derived?: string;
}

/** Words of a bitset over n bits; bit i is bit (i & 31) of word (i >>> 5); bits past n are zero. */
export const bitsetWords = (bits: number): number => (bits + 31) >>> 5;
export const setBit = (set: Uint32Array, i: number): void => {
  set[i >>> 5] |= 1 << (i & 31);
};
export const hasBit = (set: Uint32Array, i: number): boolean => ((set[i >>> 5] >>> (i & 31)) & 1) === 1;
