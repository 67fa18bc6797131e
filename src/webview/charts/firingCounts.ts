/**
 * How many positions of each bin fire. Bins above the threshold fire as a whole, bins below not at all; of the bin that
 * holds the threshold it is what is missing to the fire rate. (A ReLU's zeros share a bin with the smallest positive
 * activations: with the threshold 0, most of that bin does not fire.)
 *
 * @param edges    counts.length + 1, ascending
 * @param fireRate share of positions that fire, in [0, 1]
 */
export function firingCounts(
  edges: readonly number[],
  counts: readonly number[],
  threshold: number | null,
  fireRate: number,
): number[] {
  if (threshold === null) return counts.map(() => 0);
  const last = counts.length - 1;
  const holds = (i: number) =>
    edges[i] <= threshold && (threshold < edges[i + 1] || (i === last && threshold <= edges[i + 1]));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const above = counts.reduce((sum, count, i) => (edges[i] > threshold ? sum + count : sum), 0);
  return counts.map((count, i) => {
    if (holds(i)) return Math.min(count, Math.max(0, Math.round(fireRate * total) - above));
    return edges[i] > threshold ? count : 0;
  });
}
