import type { Tensor } from '../runtime/tensor.js';

export interface ClassTarget {
  /** The tensor that holds a score a class. */
  tensor: string;
  /** The axis of its classes; null: the second, or the first where there is one only. */
  unitAxis: number | null;
  /** One a sample; null: each sample's highest. */
  classes: readonly number[] | null;
}

/** How the classes lie in the target. */
export interface ClassPlaces {
  /** Classes that there are. */
  total: number;
  /** Places that the score of one class of one sample is the mean over. */
  places: number;
  each(sample: number, unit: number, visit: (index: number) => void): void;
  /** What each element of the target counts in the score of each sample's class, times a factor a sample. */
  seed(classes: readonly number[], factors?: ArrayLike<number>): Float32Array;
}

export interface ClassScores {
  /** By sample: the class that is scored. */
  classes: readonly number[];
  scores: Float64Array;
  /** What each element of the target counts in the scores, times a factor a sample. */
  seed(factors?: ArrayLike<number>): Float32Array;
}

/** @param dims of the tensor that holds the scores, its batch first */
export function classPlaces(dims: readonly number[], unitAxis: number | null): ClassPlaces {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const axis = dims.length < 2 ? null : (unitAxis ?? 1);
  const isOne = axis === null || axis === 0;
  const total = isOne ? 1 : dims[axis];
  const perSample = size / (dims[0] || 1);
  const inner = isOne ? perSample : dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = perSample / (total * inner);
  const places = inner * outer;
  const each: ClassPlaces['each'] = (sample, unit, visit) => {
    for (let o = 0; o < outer; o++) {
      const from = sample * perSample + (o * total + unit) * inner;
      for (let i = 0; i < inner; i++) visit(from + i);
    }
  };
  return {
    total,
    places,
    each,
    seed(classes, factors) {
      const seed = new Float32Array(size);
      classes.forEach((unit, sample) =>
        each(sample, unit, (index) => (seed[index] = (factors?.[sample] ?? 1) / places)),
      );
      return seed;
    },
  };
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
  const layout = classPlaces(dims, unitAxis);
  const mean = (sample: number, unit: number): number => {
    let sum = 0;
    layout.each(sample, unit, (index) => (sum += Number(data[index])));
    return sum / layout.places;
  };
  const highest = (sample: number): number => {
    let best = 0;
    let most = mean(sample, 0);
    for (let unit = 1; unit < layout.total; unit++) {
      const score = mean(sample, unit);
      if (score > most) [best, most] = [unit, score];
    }
    return best;
  };
  const chosen = classes ?? Array.from({ length: count }, (_, sample) => highest(sample));
  return {
    classes: chosen,
    scores: Float64Array.from({ length: count }, (_, sample) => mean(sample, chosen[sample])),
    seed: (factors) => layout.seed(chosen, factors),
  };
}
