/** A batch at one point of the way from its baselines to its inputs. */
export type PathPoint<More = object> = More & {
  /** Of the way, in [0, 1]. */
  share: number;
  /** Scores, one a sample. */
  values: ArrayLike<number>;
  gradient: Float32Array;
  /** Samples in the batch, with what fills it up behind those that have scores; absent: nothing does. */
  rows?: number;
};

/** What is made of the gradients along the way. */
export interface PathSum<More> {
  /**
   * What a part of the way counts with this gradient, of its elements in [first, last): over a sample's, what its score
   * changes by, were that linear there.
   */
  sum(from: PathPoint<More>, to: PathPoint<More>, gradient: ArrayLike<number>, first: number, last: number): number;
  add(from: PathPoint<More>, to: PathPoint<More>, gradient: ArrayLike<number>): void;
}

/** A part of the way is halved where its gradients miss the change of the score by more than these shares of its range. */
const tolerance = { step: 0.03, half: 0.003 };
/** Halves of halves: so small a part of a step may be left as it is where the score hardly moves in it. */
const enoughHalves = 6;
const hardlyMoves = 0.002;
/** Of the largest range of a batch, and of a score in float32: a range below these is not looked at closely. */
const hardlyRanges = 1e-3;
const singleRounding = 1e-5;
/** More points, at most this many times the steps. */
const mostMore = 2;

/**
 * Follows the straight way from the baseline to the input in equal steps, each with the mean of the gradients at its ends.
 *
 * With `refine`, a step within which the score is too steep for that is halved until the gradients add up to what the score
 * changes by. Behind a norm it often is near a baseline of zeros: x / √(x² + ε) climbs by nearly 1 within a few √ε, and has
 * the slope 1 / √ε at 0.
 *
 * @param steps points, both ends included: 2 or more
 */
export async function walkPath<More>(
  input: Float32Array,
  baseline: Float32Array,
  steps: number,
  refine: boolean,
  at: (point: Float32Array) => Promise<Omit<PathPoint<More>, 'share'>>,
  into: PathSum<More>,
): Promise<{ values: Float64Array; baselineValues: Float64Array; more: number }> {
  const between = new Float32Array(input.length);
  const point = async (share: number): Promise<PathPoint<More>> => {
    const found = await at(pointOnWay(input, baseline, share, between));
    return { ...found, share } as PathPoint<More>;
  };
  const mean = ({ gradient: one }: PathPoint<More>, { gradient: other }: PathPoint<More>): Float64Array => {
    if (scratch.length !== one.length) scratch = new Float64Array(one.length);
    for (let i = 0; i < scratch.length; i++) scratch[i] = 0.5 * (one[i] + other[i]);
    return scratch;
  };
  let scratch = new Float64Array();
  let more = 0;
  const first = await point(0);
  // The ends are known before all others, so that what is little beside them is known too.
  const end = refine ? await point(1) : null;
  const [low, high] = [Float64Array.from(first.values), Float64Array.from(first.values)];
  const widen = ({ values }: PathPoint<More>): void => {
    for (let i = 0; i < low.length; i++) {
      low[i] = Math.min(low[i], values[i]);
      high[i] = Math.max(high[i], values[i]);
    }
  };
  /** The largest over the samples, as a share of what the sample's scores range over. */
  const share = (amountOf: (sample: number) => number): number => {
    const ranges = high.map((most, sample) => most - low[sample]);
    const leastRange = hardlyRanges * Math.max(...ranges);
    return Math.max(
      ...ranges.map((range, sample) => {
        const amount = Math.abs(amountOf(sample));
        const rounding = singleRounding * Math.max(Math.abs(low[sample]), Math.abs(high[sample]));
        const found = amount === 0 ? 0 : amount / Math.max(range, leastRange, rounding);
        return Number.isNaN(found) ? Infinity : found;
      }),
    );
  };
  const part = async (from: PathPoint<More>, to: PathPoint<More>, halves: number): Promise<void> => {
    if (!end) return into.add(from, to, mean(from, to));
    const change = (sample: number): number => to.values[sample] - from.values[sample];
    const off = (gradient: ArrayLike<number>): number => {
      const size = gradient.length / (first.rows ?? low.length);
      return share((sample) => into.sum(from, to, gradient, sample * size, (sample + 1) * size) - change(sample));
    };
    const between = mean(from, to);
    if (off(between) <= (halves === 0 ? tolerance.step : tolerance.half)) return into.add(from, to, between);
    if (more < mostMore * steps && (halves < enoughHalves || share(change) > hardlyMoves)) {
      more++;
      const middle = await point((from.share + to.share) / 2);
      widen(middle);
      await part(middle, to, halves + 1);
      return part(from, middle, halves + 1);
    }
    const [nearest] = [from.gradient, to.gradient].sort((one, other) => off(one) - off(other));
    if (off(nearest) < share(change)) into.add(from, to, nearest);
  };
  if (end) widen(end);
  let before = first;
  for (let step = 1; step < steps; step++) {
    const next = step === steps - 1 && end ? end : await point(step / (steps - 1));
    widen(next);
    await part(before, next, 0);
    before = next;
  }
  return { values: Float64Array.from(before.values), baselineValues: Float64Array.from(first.values), more };
}

/**
 * The point at a share of the way from the baseline to the input; the ends exactly, whatever rounding does between them.
 *
 * @param into is written to, where the point lies between them: a new array for every point takes longer than its sums
 */
function pointOnWay(input: Float32Array, baseline: Float32Array, share: number, into: Float32Array): Float32Array {
  if (share === 0 || share === 1) return share === 0 ? baseline : input;
  for (let i = 0; i < into.length; i++) into[i] = baseline[i] + share * (input[i] - baseline[i]);
  return into;
}
