import type { Planes } from './planes.js';

/** The input times its map, after normalisation: what the map points at stays, the rest becomes the mean. */
export function explanationOf({ values, height, width }: Planes, map: Float32Array): Float32Array {
  const places = height * width;
  return values.map((value, i) => value * map[i % places]);
}

/** (Y - O) / Y where the class loses probability, else 0: a term of the average drop. Chattopadhyay et al. 2018. */
export function drop(whole: number, explained: number): number {
  return whole > 0 ? Math.max(0, whole - explained) / whole : 0;
}

/** 1 where the class gains probability, else 0: a term of the average increase. Chattopadhyay et al. 2018. */
export function increase(whole: number, explained: number): number {
  return explained > whole ? 1 : 0;
}

/** Mean of |map|, a map in [0, 1]: how much of the picture it points at. Poppi et al. 2021. */
export function complexity(map: Float32Array): number {
  return map.reduce((sum, value) => sum + Math.abs(value), 0) / map.length;
}

/** (Pearson + 1) / 2 of the map and the map of what it points at; 0 where either is constant. Poppi et al. 2021. */
export function coherency(map: Float32Array, again: Float32Array): number {
  const correlation = pearson(map, again);
  return Number.isNaN(correlation) ? 0 : (correlation + 1) / 2;
}

/** Harmonic mean of coherency, 1 - complexity and 1 - drop, 0 where one of them is. Poppi et al. 2021. */
export function adcc(coherent: number, complex: number, dropped: number): number {
  const parts = [coherent, 1 - complex, 1 - dropped];
  return parts.some((part) => part <= 0) ? 0 : 3 / parts.reduce((sum, part) => sum + 1 / part, 0);
}

/** NaN where either has no variance. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let [meanA, meanB] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanA += a[i] / n;
    meanB += b[i] / n;
  }
  let [varianceA, varianceB, covariance] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    varianceA += (a[i] - meanA) ** 2;
    varianceB += (b[i] - meanB) ** 2;
    covariance += (a[i] - meanA) * (b[i] - meanB);
  }
  return varianceA > 0 && varianceB > 0 ? covariance / Math.sqrt(varianceA * varianceB) : NaN;
}

/** Spearman's rank correlation; equals share their mean rank. NaN where either is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) result[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}
