import { bitsetWords, hasBit, type ConceptSet } from './conceptSet.js';
import type { PlaceMask } from './placeMask.js';

/** A concept as it is compared on a grid: over the places of each sample, or over samples. */
export type Column = { places: PlaceMask } | { samples: Uint32Array };

/** Positions that are told apart together: a sample's places, or some thousand samples. */
export interface PositionBlock {
  length: number;
  /** Columns that hold at every position, in ascending order. */
  everywhere: number[];
  /** Columns that hold at some positions, in ascending order, and their bits. Valid until the next block. */
  columns: number[];
  bits: Uint32Array[];
}

/** A multiple of 32; at so many few concepts hold nowhere, and tables of signatures are small. */
const samplesAtOnce = 4096;

/** The places of one sample after the other. */
export function* placeBlocks(columns: readonly Column[], set: ConceptSet): Generator<PositionBlock> {
  const length = set.height * set.width;
  const spare: Uint32Array[] = [];
  for (let sample = 0; sample < set.samples; sample++) {
    const block: PositionBlock = { length, everywhere: [], columns: [], bits: [] };
    for (const [index, column] of columns.entries()) {
      if ('samples' in column) {
        if (hasBit(column.samples, sample)) block.everywhere.push(index);
        continue;
      }
      const bits = spare.pop() ?? new Uint32Array(bitsetWords(length));
      if (column.places.mark(sample, bits)) {
        block.columns.push(index);
        block.bits.push(bits);
      } else spare.push(bits);
    }
    yield block;
    for (const bits of block.bits) spare.push(bits.fill(0));
  }
}

/** The samples, some thousand at a time; all columns are of samples. */
export function* sampleBlocks(columns: readonly Column[], samples: number): Generator<PositionBlock> {
  for (let start = 0; start < samples; start += samplesAtOnce) {
    const length = Math.min(samplesAtOnce, samples - start);
    const block: PositionBlock = { length, everywhere: [], columns: [], bits: [] };
    for (const [index, column] of columns.entries()) {
      if ('places' in column) throw new Error('a column of places on a grid of samples');
      const bits = column.samples.subarray(start >>> 5, bitsetWords(start + length));
      if (bits.every((word) => word === 0)) continue;
      block.columns.push(index);
      block.bits.push(bits);
    }
    yield block;
  }
}
