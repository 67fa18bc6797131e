import { mulberry32, normalFrom } from '../random.js';
import { type GradientFunction, pointsAtATime } from './gradientFunction.js';

/**
 * Mean gradient at points around the input: normal noise whose standard deviation is `sigma` of the input's range.
 * Smilkov et al. 2017.
 *
 * @param sigma share of (maximum - minimum) of the input
 */
export async function smoothGrad(
  input: Float32Array,
  { samples, sigma, seed }: { samples: number; sigma: number; seed: number },
  gradientAt: GradientFunction,
): Promise<Float32Array> {
  const normal = normalFrom(mulberry32(seed));
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of input) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const deviation = sigma * (highest - lowest);
  const mean = new Float64Array(input.length);
  for (let first = 0; first < samples; first += pointsAtATime) {
    const points = Array.from({ length: Math.min(pointsAtATime, samples - first) }, () =>
      input.map((value) => value + deviation * normal()),
    );
    const { gradients } = await gradientAt(points);
    for (const gradient of gradients) for (let j = 0; j < mean.length; j++) mean[j] += gradient[j] / samples;
  }
  return Float32Array.from(mean);
}
