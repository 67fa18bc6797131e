import type { UnitExplanation } from './results.js';

/** The highest value of activation functions that have one; a Clip is nearly always a ReLU6. */
const ceilings: Record<string, number> = {
  Clip: 6,
  Sigmoid: 1,
  QLinearSigmoid: 1,
  HardSigmoid: 1,
  Tanh: 1,
  Softsign: 1,
  Erf: 1,
};

/**
 * Whether a unit without a label is silent at the top and not at the bottom: it lies at its highest value so often that it
 * is never above the quantile (status `dead`), or always, at the end of its activation function (status `constant`).
 */
export function isSaturated(op: string, { status, threshold, top }: UnitExplanation): boolean {
  const highest = top[0]?.value;
  if (highest === undefined || threshold === null) return false;
  if (status === 'constant') return highest === ceilings[op];
  return status === 'dead' && threshold > 0 && highest === threshold;
}

/** What is said of such a unit instead of its status. */
export const saturatedWords = {
  dead: 'saturated: never above its threshold, which is its maximum',
  constant: 'saturated: always at its maximum',
};
