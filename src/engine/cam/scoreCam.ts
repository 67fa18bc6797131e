/**
 * Score-CAM's channel weights: the softmax over channels of the scores that the input reaches when it is seen through each
 * channel (`channelMask`). Wang et al. 2020, arXiv:1910.01279, as pytorch-grad-cam has it: the score of a black input is
 * not subtracted, which a softmax would not notice.
 *
 * @param scores one a channel
 */
export function scoreCamWeights(scores: ArrayLike<number>): Float64Array {
  let highest = -Infinity;
  for (let i = 0; i < scores.length; i++) if (scores[i] > highest) highest = scores[i];
  const weights = Float64Array.from(scores, (score) => Math.exp(score - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** (u - min) / (max - min + 1e-8), in place: a resized channel as the mask that the input is multiplied by. */
export function toMask(resized: Float64Array): Float64Array {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of resized) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const range = highest - lowest + 1e-8;
  for (let i = 0; i < resized.length; i++) resized[i] = (resized[i] - lowest) / range;
  return resized;
}
