/** Finer masks than this say no more about regions, and cost. */
const longestSide = 112;
/** Positions over the whole probe set: a concept's mask is one bit each, 16 MB at this number. */
const mostPositions = 2 ** 27;

/** Bits of all masks that annotations may take together: 1 GiB. */
const mostBits = 2 ** 33;

/**
 * Size of the masks for a model input of height × width: divided by the smallest whole number that brings the longer side to
 * 112 or less, and the positions of all samples under 2^27, and with `concepts` annotated ones their masks under 1 GiB.
 */
export function maskSize(
  height: number,
  width: number,
  samples: number,
  concepts = 0,
): { height: number; width: number } {
  const most = Math.min(mostPositions, mostBits / Math.max(1, concepts));
  for (let divisor = 1; ; divisor++) {
    const h = Math.ceil(height / divisor);
    const w = Math.ceil(width / divisor);
    const small = Math.max(h, w) <= longestSide && h * w * samples <= most;
    if (small || (h === 1 && w === 1)) return { height: h, width: w };
  }
}
