import { type GradientFunction, pointsAtATime } from './gradientFunction.js';

export interface IntegratedGradients {
  attribution: Float32Array;
  /** The target's value at the input and at the baseline. */
  value: number;
  baselineValue: number;
  /** Sum of the attribution less the difference of the two values: 0 were there infinitely many steps. */
  completenessError: number;
}

/**
 * (x - x0) times the mean gradient on the straight line from the baseline to the input. Sundararajan et al. 2017.
 *
 * The mean is that of the trapezoid rule over `steps` points, both ends included, so that what is linear is exact.
 *
 * @param steps 2 or more
 */
export async function integratedGradients(
  input: Float32Array,
  baseline: Float32Array,
  steps: number,
  gradientAt: GradientFunction,
): Promise<IntegratedGradients> {
  const mean = new Float64Array(input.length);
  let [value, baselineValue] = [NaN, NaN];
  for (let first = 0; first < steps; first += pointsAtATime) {
    const count = Math.min(pointsAtATime, steps - first);
    const points = Array.from({ length: count }, (_, i) => {
      const t = (first + i) / (steps - 1);
      // The ends exactly, whatever rounding does to what lies between them.
      if (t === 0) return baseline;
      return t === 1 ? input : input.map((end, j) => baseline[j] + t * (end - baseline[j]));
    });
    const { values, gradients } = await gradientAt(points);
    if (first === 0) baselineValue = values[0];
    if (first + count === steps) value = values[count - 1];
    gradients.forEach((gradient, i) => {
      const end = first + i === 0 || first + i === steps - 1;
      const weight = (end ? 0.5 : 1) / (steps - 1);
      for (let j = 0; j < mean.length; j++) mean[j] += weight * gradient[j];
    });
  }
  const attribution = input.map((end, j) => (end - baseline[j]) * mean[j]);
  const sum = attribution.reduce((total, part) => total + part, 0);
  return { attribution, value, baselineValue, completenessError: sum - (value - baselineValue) };
}
