/**
 * The q-quantile by linear interpolation between order statistics, as numpy's default (Hyndman and Fan's type 7).
 * Missing values are left out; NaN where there is no other.
 *
 * @param q in [0, 1]
 */
export const quantile = (values: Float64Array, q: number): number => quantileOfSorted(sortedValues(values), q);

/** The values that are not missing, ascending. */
export const sortedValues = (values: Float64Array): Float64Array => values.filter((x) => !Number.isNaN(x)).sort();

/** As `quantile`, of values that are sorted already and none missing. */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return NaN;
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  const share = at - below;
  if (low === high || share === 0) return low;
  // Interpolated from the nearer end, as numpy does, so that rounding agrees with it.
  return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
}
