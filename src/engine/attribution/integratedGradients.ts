import { type PathPoint, walkPath } from './path.js';

/** Scores of a batch at a point, and their gradients by its components. The point's array is used again afterwards. */
export type GradientAt = (
  point: Float32Array,
) => Promise<{ values: ArrayLike<number>; gradient: Float32Array; rows?: number }>;

export interface IntegratedGradients {
  attribution: Float32Array;
  /** By sample: the score at the input and at the baseline. What is attributed adds up to their difference. */
  values: Float64Array;
  baselineValues: Float64Array;
  /** Points that were taken besides the steps. */
  more: number;
}

/**
 * (x - x0) times the mean gradient on the straight line from the baseline to the input. Sundararajan et al. 2017.
 *
 * The mean is that of the trapezoid rule over `steps` points, both ends included, so that what is linear is exact. A batch
 * of samples is one point: each sample's gradient is its own.
 *
 * @param input, baseline the batch and its baselines, of equal length
 * @param steps 2 or more
 * @param refine takes more points where the score is too steep for these
 */
export async function integratedGradients(
  input: Float32Array,
  baseline: Float32Array,
  steps: number,
  at: GradientAt,
  refine = false,
): Promise<IntegratedGradients> {
  const mean = new Float64Array(input.length);
  const whole = input.map((end, i) => end - baseline[i]);
  const ends = await walkPath(input, baseline, steps, refine, at, {
    sum(from, to, gradient, first, last) {
      let sum = 0;
      for (let i = first; i < last; i++) sum += gradient[i] * whole[i];
      return sum * (to.share - from.share);
    },
    add(from, to, gradient) {
      const length = to.share - from.share;
      for (let i = 0; i < mean.length; i++) mean[i] += length * gradient[i];
    },
  });
  return { attribution: whole.map((length, i) => length * mean[i]), ...ends };
}

/** Scores of a batch at a point, what a layer computes there, and the scores' gradients by it. */
export type LayerAt = (
  point: Float32Array,
) => Promise<{ values: ArrayLike<number>; layer: Float32Array; gradient: Float32Array; rows?: number }>;

/**
 * The same path, followed in a layer: each of its steps counts the mean of the gradients at its two ends. What is linear is
 * exact, and all adds up to the difference of the scores, as it does for the input. Dhamdhere et al. 2018 (conductance).
 *
 * It is Captum's `LayerConductance`, by the trapezoid rule. Captum's `LayerIntegratedGradients` goes another way: straight
 * from what the layer gives for the baseline to what it gives for the input, through values that no input may have. Both add
 * up to the same, and are the same where all before the layer, or all behind it, is linear.
 *
 * @returns of the layer's shape, the batch's samples one behind the other
 */
export async function layerIntegratedGradients(
  input: Float32Array,
  baseline: Float32Array,
  steps: number,
  at: LayerAt,
  refine = false,
): Promise<IntegratedGradients> {
  let attribution = new Float64Array();
  type Point = PathPoint<{ layer: Float32Array }>;
  const ends = await walkPath(input, baseline, steps, refine, at, {
    sum(from: Point, to: Point, gradient, first, last) {
      let sum = 0;
      for (let i = first; i < last; i++) sum += gradient[i] * (to.layer[i] - from.layer[i]);
      return sum;
    },
    add(from: Point, to: Point, gradient) {
      if (attribution.length === 0) attribution = new Float64Array(to.layer.length);
      for (let i = 0; i < attribution.length; i++) attribution[i] += gradient[i] * (to.layer[i] - from.layer[i]);
    },
  });
  return { attribution: Float32Array.from(attribution), ...ends };
}
