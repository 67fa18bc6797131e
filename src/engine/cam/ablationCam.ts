/** Channels that pytorch-grad-cam's Ablation-CAM ablates in one run; its constant depends on the place in the run. */
export const ablationRun = 32;

/**
 * Ablation-CAM's channel weights: by which share of itself the score falls when the channel is taken away,
 * (y - y_k) / y. Desai & Ramaswamy 2020, eq. 3. Where y is as good as 0, the fall itself.
 *
 * @param score  of the layer as it is
 * @param scores one a channel: of the layer with that channel ablated
 */
export function ablationCamWeights(score: number, scores: ArrayLike<number>): Float64Array {
  const whole = Math.abs(score) < 1e-12 ? 1 : score;
  return Float64Array.from(scores, (ablated) => (score - ablated) / whole);
}

/**
 * What a channel is set to. Zero where the layer's lowest value is 0, as it is behind a ReLU. Otherwise pytorch-grad-cam,
 * whose numbers these are, takes 10⁷ below the lowest value, and takes it anew for each channel of a run of 32 among which
 * the former channel's value is already: the n-th of a run is set to n times 10⁷ below. The arithmetic is float32.
 *
 * @param lowest of the layer's values for the input
 * @param channel counted from 0 among those that are ablated
 */
export function ablationValue(lowest: number, channel: number): number {
  if (lowest === 0) return 0;
  let value = lowest;
  for (let i = 0; i <= channel % ablationRun; i++) value = Math.fround(value - 1e7);
  return value;
}
