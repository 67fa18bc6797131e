/** Scores of a batch at a point, and their gradients by its components. The point's array is used again afterwards. */
export type GradientAt = (point: Float32Array) => Promise<{ values: ArrayLike<number>; gradient: Float32Array }>;

export interface IntegratedGradients {
  attribution: Float32Array;
  /** By sample: the score at the input and at the baseline. What is attributed adds up to their difference. */
  values: Float64Array;
  baselineValues: Float64Array;
}

/**
 * (x - x0) times the mean gradient on the straight line from the baseline to the input. Sundararajan et al. 2017.
 *
 * The mean is that of the trapezoid rule over `steps` points, both ends included, so that what is linear is exact. A batch
 * of samples is one point: each sample's gradient is its own.
 *
 * @param input, baseline the batch and its baselines, of equal length
 * @param steps 2 or more
 */
export async function integratedGradients(
  input: Float32Array,
  baseline: Float32Array,
  steps: number,
  at: GradientAt,
): Promise<IntegratedGradients> {
  const mean = new Float64Array(input.length);
  let [values, baselineValues] = [new Float64Array(), new Float64Array()];
  const between = new Float32Array(input.length);
  for (let step = 0; step < steps; step++) {
    const { values: scores, gradient } = await at(pointOnWay(input, baseline, step / (steps - 1), between));
    const isEnd = step === 0 || step === steps - 1;
    const weight = (isEnd ? 0.5 : 1) / (steps - 1);
    for (let i = 0; i < mean.length; i++) mean[i] += weight * gradient[i];
    if (step === 0) baselineValues = Float64Array.from(scores);
    if (step === steps - 1) values = Float64Array.from(scores);
  }
  return { attribution: input.map((end, i) => (end - baseline[i]) * mean[i]), values, baselineValues };
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

/** Scores of a batch at a point, what a layer computes there, and the scores' gradients by it. */
export type LayerAt = (
  point: Float32Array,
) => Promise<{ values: ArrayLike<number>; layer: Float32Array; gradient: Float32Array }>;

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
): Promise<IntegratedGradients> {
  let attribution = new Float64Array();
  let [values, baselineValues] = [new Float64Array(), new Float64Array()];
  let before: { layer: Float32Array; gradient: Float32Array } | null = null;
  const between = new Float32Array(input.length);
  for (let step = 0; step < steps; step++) {
    const { values: scores, layer, gradient } = await at(pointOnWay(input, baseline, step / (steps - 1), between));
    if (before) {
      for (let i = 0; i < layer.length; i++) {
        attribution[i] += 0.5 * (before.gradient[i] + gradient[i]) * (layer[i] - before.layer[i]);
      }
    } else {
      attribution = new Float64Array(layer.length);
      baselineValues = Float64Array.from(scores);
    }
    before = { layer, gradient };
    if (step === steps - 1) values = Float64Array.from(scores);
  }
  return { attribution: Float32Array.from(attribution), values, baselineValues };
}
