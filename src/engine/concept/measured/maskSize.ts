/** Finer masks than this say no more about regions, and cost. */
const longestSide = 112;
/**
 * Positions over the whole probe set: 171,000 pictures at 112 × 112. Concepts measured of photographs take 1.1 bytes a position,
 * their groups 1.4; annotations take less.
 */
const mostPositions = 2 ** 31;

/**
 * Size of the masks for a model input of height × width: divided by the smallest whole number that brings the longer side to
 * 112 or less, and the positions of all samples to 2^31 or less.
 */
export function maskSize(height: number, width: number, samples: number): { height: number; width: number } {
  for (let divisor = 1; ; divisor++) {
    const h = Math.ceil(height / divisor);
    const w = Math.ceil(width / divisor);
    const small = Math.max(h, w) <= longestSide && h * w * samples <= mostPositions;
    if (small || (h === 1 && w === 1)) return { height: h, width: w };
  }
}
