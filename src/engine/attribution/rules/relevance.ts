import { type GraphBuilder, type Operand, type Value } from '../../backward/index.js';
import type { LinearLayer } from './linearLayer.js';

/** Keeps denominators away from 0. */
const stabiliser = 1e-6;

/** What arrives at a linear layer's output as relevance → what its input gets. */
export type RelevanceRule = (g: GraphBuilder, layer: LinearLayer, relevance: Value) => Value;

/** z + ε sign(z), with sign(0) = 1. */
export function stabilised(g: GraphBuilder, z: Value): Value {
  const sign = g.sub(g.mul(2, g.mask('GreaterOrEqual', z, 0)), 1);
  return g.add(z, g.mul(stabiliser, sign));
}

const over = (g: GraphBuilder, relevance: Operand, z: Value): Value => g.div(relevance, stabilised(g, z));
const positive = (g: GraphBuilder, value: Value): Value => g.op('Relu', [value]);
const negative = (g: GraphBuilder, value: Value): Value => g.sub(value, g.op('Relu', [value]));

/** R_i = Σ_j a_i w_ij / z_j R_j. Bach et al. 2015. */
export const epsilon: RelevanceRule = (g, { input, weight, output, backward }, relevance) =>
  g.mul(input, backward(over(g, relevance, output), weight));

/** Shares of the positive contributions a⁺w⁺ + a⁻w⁻. Montavon et al. 2017 (deep Taylor), for inputs of either sign. */
export const zPlus: RelevanceRule = (g, layer, relevance) => contributions(g, layer, relevance, 1);

/** α shares of the positive and -β shares of the negative contributions, α - β = 1. Bach et al. 2015. */
export const alphaBeta =
  (alpha: number, beta: number): RelevanceRule =>
  (g, layer, relevance) =>
    g.sub(g.mul(alpha, contributions(g, layer, relevance, 1)), g.mul(beta, contributions(g, layer, relevance, -1)));

/** @param sign 1: a⁺w⁺ + a⁻w⁻ over their sum and b⁺; -1: a⁺w⁻ + a⁻w⁺ over their sum and b⁻ */
function contributions(g: GraphBuilder, layer: LinearLayer, relevance: Value, sign: 1 | -1): Value {
  const { input, weight, bias, forward, backward } = layer;
  const [same, other] = sign === 1 ? [positive, negative] : [negative, positive];
  const [high, low] = [positive(g, input), negative(g, input)];
  const [forHigh, forLow] = [same(g, weight), other(g, weight)];
  const z = g.add(forward(high, forHigh, bias && same(g, bias)), forward(low, forLow, null));
  const share = over(g, relevance, z);
  return g.add(g.mul(high, backward(share, forHigh)), g.mul(low, backward(share, forLow)));
}

/**
 * Positive contributions count (1 + γ) times where the output is positive, negative ones where it is negative. Montavon et
 * al. 2019, for inputs of either sign as Andéol et al. 2021 have it.
 */
export const gamma =
  (factor: number): RelevanceRule =>
  (g, { input, weight, bias, output, forward, backward }, relevance) => {
    const more = (value: Value, part: Value): Value => g.add(value, g.mul(factor, part));
    const [high, low] = [positive(g, input), negative(g, input)];
    const up = more(weight, positive(g, weight));
    const down = more(weight, negative(g, weight));
    const biasUp = bias && more(bias, positive(g, bias));
    const biasDown = bias && more(bias, negative(g, bias));
    const where = (side: 'Greater' | 'Less', z: Value): Value => g.mul(g.mask(side, output, 0), over(g, relevance, z));
    const above = where('Greater', g.add(forward(high, up, biasUp), forward(low, down, null)));
    const below = where('Less', g.add(forward(high, down, biasDown), forward(low, up, null)));
    return g.add(
      g.mul(high, g.add(backward(above, up), backward(below, down))),
      g.mul(low, g.add(backward(above, down), backward(below, up))),
    );
  };

/**
 * For the input's own layer, where every value lies in a box: contributions x w - l w⁺ - h w⁻. Montavon et al. 2017.
 *
 * @param low, high of the input, by channel or one for all
 */
export const box =
  (low: ArrayLike<number>, high: ArrayLike<number>): RelevanceRule =>
  (g, { input, weight, forward, backward }, relevance) => {
    const dims = g.dims(input);
    const bound = (values: ArrayLike<number>): Value =>
      g.op('Expand', [
        g.floats(
          values,
          dims.map((_, axis) => (axis === 1 ? values.length : 1)),
        ),
        g.ints(dims),
      ]);
    const [lowest, highest] = [bound(low), bound(high)];
    const [up, down] = [positive(g, weight), negative(g, weight)];
    const z = g.sub(g.sub(forward(input, weight, null), forward(lowest, up, null)), forward(highest, down, null));
    const share = over(g, relevance, z);
    return g.sub(
      g.sub(g.mul(input, backward(share, weight)), g.mul(lowest, backward(share, up))),
      g.mul(highest, backward(share, down)),
    );
  };
