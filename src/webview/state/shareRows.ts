import type { ShareSort } from './correlationView.js';

/** A component of the input, or several of them summed, and its share. */
export interface ShareRow {
  /** Where it stands in the input; of a sum −1. */
  at: number;
  name: string;
  /** What the input holds there, where that is known. */
  held: string | null;
  value: number;
  /** Which group of columns it is the sum of; null: none. */
  group: number | null;
}

/** Groups first, then components; each part sorted. NaN is 0. */
export function shareRows(
  values: ArrayLike<number>,
  names: (at: number) => string,
  sort: ShareSort,
  { groups = [], held = () => null }: { groups?: readonly string[][]; held?: (at: number) => string | null } = {},
): ShareRow[] {
  const single = Array.from(values, (value, at): ShareRow => ({
    ...{ at, name: names(at), held: held(at), group: null },
    value: Number.isNaN(value) ? 0 : value,
  }));
  const byName = new Map(single.map((row) => [row.name, row.value]));
  const sums = groups.map((group, i): ShareRow => ({
    ...{ at: -1, name: group.join(' + '), held: null, group: i },
    value: group.reduce((sum, name) => sum + (byName.get(name) ?? 0), 0),
  }));
  const key: Record<ShareSort, (row: ShareRow) => number> = {
    size: ({ value }) => -Math.abs(value),
    value: ({ value }) => -value,
    order: ({ at }) => at,
  };
  const sorted = (rows: ShareRow[]) => rows.sort((a, b) => key[sort](a) - key[sort](b) || a.at - b.at);
  return [...sorted(sums), ...sorted(single)];
}

/**
 * Sums over a grid of fields, row-major: a place belongs to the field that its share of the height and width lies in.
 *
 * @param side fields along each side
 */
export function regionSums(
  values: ArrayLike<number>,
  { height, width }: { height: number; width: number },
  side: number,
): Float64Array {
  const sums = new Float64Array(side * side);
  for (let i = 0; i < values.length; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    const value = values[i];
    sums[Math.floor((y * side) / height) * side + Math.floor((x * side) / width)] += Number.isNaN(value) ? 0 : value;
  }
  return sums;
}
