/** Fewest rows in a part, as in the published value-sensitive discretisation. */
export const fewestRows = 20;

/** Rows [start, end) of the sorted column, and where dividing them helps most. */
interface Part {
  start: number;
  end: number;
  /** First row of the upper part; 0 where nothing is gained. */
  split: number;
  /** By how much the sum of squared errors falls. */
  gain: number;
}

/**
 * Thresholds that divide a column so that a target differs between the parts: those of a regression tree on this one column
 * (scikit-learn's `DecisionTreeRegressor(max_leaf_nodes=leaves, min_samples_leaf=fewest)`; algorithm of CART, Breiman et al.
 * 1984, grown best first). Each threshold lies half-way between two neighbouring values, or as near to it as few digits allow.
 *
 * @param column values by row; rows with NaN, or whose target is NaN or infinite, are left out
 * @param target as many
 * @param leaves parts, at most
 * @param fewest rows in a part; for short columns fewer, so that as many parts are possible
 * @returns ascending; `column <= threshold` is the lower part
 */
export function treeThresholds(
  column: Float64Array,
  target: Float64Array,
  leaves: number,
  fewest = fewestRows,
): { threshold: number; below: number; above: number }[] {
  const rows = Array.from(column.keys())
    .filter((row) => !Number.isNaN(column[row]) && Number.isFinite(target[row]))
    .sort((a, b) => column[a] - column[b] || a - b);
  const values = Float64Array.from(rows, (row) => column[row]);
  // Sums up to each row, of the target about its mean: far from it they would lose digits.
  const mean = rows.reduce((sum, row) => sum + target[row] / rows.length, 0);
  const sums = new Float64Array(rows.length + 1);
  rows.forEach((row, i) => (sums[i + 1] = sums[i] + target[row] - mean));
  const least = Math.max(1, Math.min(fewest, Math.floor(rows.length / leaves)));

  // Below this a gain is what rounding left over.
  const noise = 1e-12 * rows.reduce((sum, row) => sum + (target[row] - mean) ** 2, 0);

  const part = (start: number, end: number): Part => {
    const count = end - start;
    const total = sums[end] - sums[start];
    const best = { start, end, split: 0, gain: noise };
    for (let at = start + least; at <= end - least; at++) {
      if (!(values[at] > values[at - 1])) continue;
      const lower = sums[at] - sums[start];
      const upper = total - lower;
      // What the squared errors fall by is the squares of the parts' sums, less that of the whole.
      const gain = (lower * lower) / (at - start) + (upper * upper) / (end - at) - (total * total) / count;
      if (gain > best.gain) Object.assign(best, { split: at, gain });
    }
    return best;
  };

  const parts = [part(0, rows.length)];
  const splits: number[] = [];
  while (splits.length + 1 < leaves) {
    const next = parts.reduce((best, one) => (one.gain > best.gain ? one : best));
    if (next.split === 0) break;
    splits.push(next.split);
    parts.splice(parts.indexOf(next), 1, part(next.start, next.split), part(next.split, next.end));
  }
  return splits
    .sort((a, b) => a - b)
    .map((split) => {
      const [below, above] = [values[split - 1], values[split]];
      return { threshold: below / 2 + above / 2, below, above };
    });
}
