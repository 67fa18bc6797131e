import { UserError } from '../../shared/userError.js';

/**
 * When a unit counts as firing: activation strictly greater than a threshold.
 * `quantile`: the threshold is chosen per unit so that the unit fires at (about) the share `q` of all positions;
 * `value`: the same number for every unit.
 */
export type ThresholdRule = { kind: 'quantile'; q: number } | { kind: 'value'; value: number };

/** A rule, or the choice of one by the layer's shape. */
export type ThresholdSetting = ThresholdRule | { kind: 'auto' };

const hint = 'write auto, quantile:0.005 (a share between 0 and 1) or value:0';
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads `auto`, `quantile:q` (0 < q < 1) or `value:v` (v finite); anything else is a `UserError`. */
export function parseThreshold(text: string): ThresholdSetting {
  const trimmed = text.trim();
  if (trimmed === 'auto') return { kind: 'auto' };
  const [, kind, digits] = /^(quantile|value):(.*)$/s.exec(trimmed) ?? [];
  if (!kind) throw new UserError(`threshold "${text}" is not a rule that is known`, { hint });
  const value = number.test(digits.trim()) ? Number(digits) : NaN;
  if (!Number.isFinite(value)) throw new UserError(`threshold "${text}": "${digits}" is not a number`, { hint });
  if (kind === 'value') return { kind, value };
  if (value <= 0 || value >= 1) {
    throw new UserError(`threshold "${text}": the share of positions must lie between 0 and 1`, { hint });
  }
  return { kind: 'quantile', q: value };
}

/** The rule for one layer: `auto` is `quantile:0.005` for layers with places and `value:0` for the others. */
export function thresholdRule(setting: ThresholdSetting, layer: { height: number; width: number }): ThresholdRule {
  if (setting.kind !== 'auto') return setting;
  return layer.height * layer.width > 1 ? { kind: 'quantile', q: 0.005 } : { kind: 'value', value: 0 };
}

/**
 * Network Dissection's quantile for P(a > T) = q. Its sketch is read at 1,000 equally spaced knots and the knot
 * trunc(1000·(1 − q) − 1) is taken, so q = 0.005 is the quantile at 994/999, not at 0.995. Below q = 0.001 the knots
 * would all give 998/999, so there the plain 1 − q is taken.
 *
 * @param q share in (0, 1)
 * @returns p in [0, 1]
 */
export function quantilePoint(q: number): number {
  if (q < 0.001) return 1 - q;
  const knot = 1000 - 1000 * q - 1;
  // 1000·0.007 and the like are off by a few units in the last place; the knot meant is the whole number beside it.
  const nearest = Math.round(knot);
  return Math.max(0, Math.abs(knot - nearest) < 1e-9 ? nearest : Math.trunc(knot)) / 999;
}
