import { quantileOfSorted } from '../concept/expression/index.js';

/** `x ≤ 2`, `1 < x ≤ 2`, `x > 1` */
export function rangeName(name: string, above: number, upTo: number): string {
  if (above === -Infinity) return `${name} ≤ ${upTo}`;
  if (upTo === Infinity) return `${name} > ${above}`;
  return `${above} < ${name} ≤ ${upTo}`;
}

/**
 * Edges between `bins` parts of equal size, ascending, none twice, none outside the values. Each is written with as
 * few digits (3 at least) as move it by no more than a fiftieth of the way to its neighbour, and is what it says.
 */
export function quantileEdges(sorted: Float64Array, bins: number): number[] {
  const last = sorted[sorted.length - 1];
  const exact: number[] = [];
  for (let k = 1; k < bins; k++) {
    const edge = quantileOfSorted(sorted, k / bins);
    if (Number.isFinite(edge) && edge < last && edge !== exact.at(-1)) exact.push(edge);
  }
  const finite = [sorted.find(Number.isFinite) ?? 0, ...exact, sorted.findLast(Number.isFinite) ?? 0];
  return exact.map((edge, k) => {
    const gaps = [finite[k + 1] - finite[k], finite[k + 2] - finite[k + 1]].filter((gap) => gap > 0);
    const tolerance = Math.min(...gaps) / 50;
    for (let digits = 3; digits < 17; digits++) {
      const rounded = Number(edge.toPrecision(digits));
      if (Math.abs(rounded - edge) <= tolerance) return rounded;
    }
    return edge;
  });
}
