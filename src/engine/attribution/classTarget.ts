import type { Tensor } from '../runtime/tensor.js';

export interface ClassTarget {
  /** The tensor that holds a score a class. */
  tensor: string;
  /** The axis of its classes; null: the second, or the first where there is one only. */
  unitAxis: number | null;
  /** One a sample; null: each sample's highest. */
  classes: readonly number[] | null;
}

export interface ClassScores {
  /** Classes that there are. */
  total: number;
  /** By sample. */
  highest: number[];
  scores: Float64Array;
  /** What each element of the tensor counts in the score, times a factor a sample: the mean over the class's places. */
  seed(factors?: ArrayLike<number>): Float32Array;
}

/**
 * The score of a class is its logit; where the output is a map or a sequence, the mean over its places.
 *
 * @param count samples in the batch; what fills it up behind them counts nothing
 */
export function classScore(
  { dims, data }: Tensor,
  { unitAxis, classes }: Pick<ClassTarget, 'unitAxis' | 'classes'>,
  count: number,
): ClassScores {
  const axis = dims.length < 2 ? null : (unitAxis ?? 1);
  const total = axis === null || axis === 0 ? 1 : dims[axis];
  const perSample = data.length / (dims[0] || 1);
  const inner =
    axis === null || axis === 0 ? perSample : dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = perSample / (total * inner);
  const places = inner * outer;
  const each = (sample: number, unit: number, visit: (index: number) => void): void => {
    for (let o = 0; o < outer; o++) {
      const from = sample * perSample + (o * total + unit) * inner;
      for (let i = 0; i < inner; i++) visit(from + i);
    }
  };
  const mean = (sample: number, unit: number): number => {
    let sum = 0;
    each(sample, unit, (index) => (sum += Number(data[index])));
    return sum / places;
  };
  const highest = Array.from({ length: count }, (_, sample) => {
    let best = 0;
    for (let unit = 1; unit < total; unit++) if (mean(sample, unit) > mean(sample, best)) best = unit;
    return best;
  });
  const chosen = classes ?? highest;
  return {
    total,
    highest,
    scores: Float64Array.from({ length: count }, (_, sample) => mean(sample, chosen[sample])),
    seed(factors) {
      const seed = new Float32Array(data.length);
      for (let sample = 0; sample < count; sample++) {
        each(sample, chosen[sample], (index) => (seed[index] = (factors?.[sample] ?? 1) / places));
      }
      return seed;
    },
  };
}
