import { transpose32 } from './bitTranspose.js';
import { bitsetWords } from './conceptSet.js';
import type { PositionBlock } from './positionBlocks.js';
import { SignatureLists } from './signatureLists.js';
import { SignatureTable } from './signatureTable.js';
import type { Sliced } from './slices.js';

/**
 * Groups positions by the set of columns that hold there; groups are numbered in the order of their first position. Exact: a
 * signature found by its hash is compared in full.
 *
 * Goes block by block, so that the bits of one block are all that is needed at once. Most of many concepts hold nowhere in a
 * block; those that do make a short signature, and only one that is new in the block is looked up among all. Within it goes by 32
 * positions: where every concept is all 0 or all 1 over them (mostly, for masks of places) they are one signature; otherwise the
 * square of bits is transposed so that each position's signature is a row of words.
 *
 * Stops after each block.
 *
 * @param take is given each block's groups, and for each of its positions an index into them; neither is to be kept
 */
export function* partitionPositions(
  blocks: Iterable<PositionBlock>,
  take: (local: Uint32Array, groups: readonly number[]) => void,
): Sliced<SignatureLists> {
  const table = new SignatureLists();
  const square = new Uint32Array(32);
  let positions = new Uint32Array(0);
  for (const { length, everywhere, columns, bits } of blocks) {
    if (positions.length < length) positions = new Uint32Array(length);
    const local = new SignatureTable(Math.max(1, bitsetWords(columns.length)), 16);
    const rows = new Uint32Array(32 * local.words);
    const signature = new Uint32Array(columns.length + everywhere.length);
    const groups: number[] = [];
    /** The number in the block of the signature that begins there. */
    const numberOf = (at: number): number => {
      const found = local.find(rows, at);
      if (found === groups.length) groups.push(table.find(signature, merged(rows, at, columns, everywhere, signature)));
      return found;
    };

    for (let first = 0; first < length; first += 32) {
      const count = Math.min(32, length - first);
      const valid = count === 32 ? -1 : (1 << count) - 1;
      let uniform = true;
      for (let w = 0; w < local.words; w++) {
        let mixed = false;
        const end = Math.min(32, columns.length - w * 32);
        for (let i = 0; i < end; i++) {
          const word = bits[w * 32 + i][first >>> 5] & valid;
          square[i] = word;
          if (word !== 0 && word !== valid) mixed = true;
        }
        square.fill(0, Math.max(0, end));
        if (mixed) {
          uniform = false;
          transpose32(square);
          for (let i = 0; i < 32; i++) rows[i * local.words + w] = square[i];
        } else {
          let holding = 0;
          for (let i = 0; i < end; i++) if (square[i] !== 0) holding |= 1 << i;
          for (let i = 0; i < 32; i++) rows[i * local.words + w] = holding;
        }
      }
      if (uniform) {
        const number = numberOf(0);
        positions.fill(number, first, first + count);
        table.addTo(groups[number], count);
      } else {
        for (let i = 0; i < count; i++) {
          const number = numberOf(i * local.words);
          positions[first + i] = number;
          table.addTo(groups[number], 1);
        }
      }
    }
    take(positions.subarray(0, length), groups);
    yield;
  }
  return table;
}

/** Writes the columns of a signature, and those that hold everywhere, in ascending order. @returns how many */
function merged(
  rows: Uint32Array,
  at: number,
  columns: readonly number[],
  everywhere: readonly number[],
  into: Uint32Array,
): number {
  let length = 0;
  let next = 0;
  columns.forEach((column, i) => {
    if (((rows[at + (i >>> 5)] >>> (i & 31)) & 1) === 0) return;
    while (next < everywhere.length && everywhere[next] < column) into[length++] = everywhere[next++];
    into[length++] = column;
  });
  while (next < everywhere.length) into[length++] = everywhere[next++];
  return length;
}
