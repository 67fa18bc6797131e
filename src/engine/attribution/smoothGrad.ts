import { normalFiller } from '../random.js';

/**
 * Mean gradient at points around the inputs: normal noise whose standard deviation is `sigma` of each input's range.
 * Smilkov et al. 2017.
 *
 * @param batch samples that `input` holds
 * @param sigma share of (maximum - minimum) of a sample
 * @param gradientAt of the batch at other points, of any size; the points' array is used again afterwards
 */
export async function smoothGrad(
  input: Float32Array,
  batch: number,
  { samples, sigma, seed }: { samples: number; sigma: number; seed: number },
  gradientAt: (point: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const draw = normalFiller(seed);
  const noise = new Float64Array(input.length);
  const size = input.length / batch;
  const deviations = Float64Array.from({ length: batch }, (_, sample) => {
    let [lowest, highest] = [Infinity, -Infinity];
    for (const value of input.subarray(sample * size, (sample + 1) * size)) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
    return sigma * (highest - lowest);
  });
  const point = new Float32Array(input.length);
  let mean: Float64Array | null = null;
  for (let round = 0; round < samples; round++) {
    draw(noise);
    for (let sample = 0, i = 0; sample < batch; sample++) {
      const deviation = deviations[sample];
      for (; i < (sample + 1) * size; i++) point[i] = input[i] + deviation * noise[i];
    }
    const gradient = await gradientAt(point);
    mean ??= new Float64Array(gradient.length);
    for (let i = 0; i < gradient.length; i++) mean[i] += gradient[i] / samples;
  }
  return Float32Array.from(mean ?? []);
}
