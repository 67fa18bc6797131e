import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs, Rule } from '../rule.js';
import { integerAttribute } from './attributes.js';

/** The transform along an axis of pairs (real and imaginary part on the last axis). */
function transformed(
  g: GraphBuilder,
  value: Value,
  axis: number,
  { inverse = 0, onesided = 0 }: { inverse?: 0 | 1; onesided?: number },
): Value {
  const given = g.dims(value);
  const dims = given.map((dim, i) =>
    i === given.length - 1 ? 2 : i === axis && onesided ? Math.floor(dim / 2) + 1 : dim,
  );
  return g.op('DFT', [value, null, g.ints([axis], [])], { inverse, onesided }, { dims });
}

/**
 * The discrete Fourier transform, Y_k = Σ x_j e^(-2πi jk/n): what arrives is summed with e^(2πi jk/n), which is n times
 * the inverse transform, and the other way round.
 */
export const fourier: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const dims = at.inputDims(0);
    const axis = axisOf(at, dims.length);
    const isInverse = integerAttribute(node, 'inverse', 0) === 1;
    const isHalf = integerAttribute(node, 'onesided', 0) === 1;
    if (isInverse && isHalf) at.refuse('from half a spectrum has no gradient here');
    const length = at.has(1) ? lengthOf(at) : dims[axis];
    const around = (before: number, to: number): (readonly [number, number])[] =>
      dims.map((_, i) => [0, i === axis ? to - before : 0] as const);
    const whole = g.pad(at.gradient, around(g.dims(at.gradient)[axis], length));
    const made = transformed(g, whole, axis, { inverse: isInverse ? 0 : 1 });
    const scaled = g.mul(made, isInverse ? 1 / length : length);
    const last = dims.length - 1;
    const real = dims[last] === 1 ? g.slice(scaled, [0], [1], [last]) : scaled;
    return [g.pad(real, around(length, dims[axis]))];
  },
};

const lengthOf = (at: Inputs): number =>
  (at.values(1) ?? at.refuse('of a length that the model computes has no gradient here'))[0];

/** An input since opset 20, before that an attribute. */
function axisOf(at: Inputs, rank: number): number {
  if (at.opset < 20) return fromStart(integerAttribute(at.node, 'axis', 1), rank);
  if (!at.has(2)) return rank - 2;
  const [axis] = at.values(2) ?? at.refuse('along an axis that the model computes has no gradient here');
  return fromStart(axis, rank);
}

/** The transform of windows that slide over a signal of batch × places × 1 or 2. */
export const shortTimeFourier: Definition = {
  by: [0],
  define(at) {
    const { g, node } = at;
    const [step] = at.values(1) ?? at.refuse('with steps that the model computes has no gradient here');
    const [, frames] = at.outputDims();
    const onesided = integerAttribute(node, 'onesided', 1);
    const length = at.has(2)
      ? at.inputDims(2)[0]
      : (at.values(3) ?? at.refuse('of a length that the model computes has no gradient here'))[0];
    const counting = (count: number, by: number): number[] => Array.from({ length: count }, (_, i) => i * by);
    const places = g.op('Add', [g.ints(counting(frames, step), [frames, 1]), g.ints(counting(length, 1), [1, length])]);
    const taken = g.op('Gather', [at.input(0), places], { axis: 1 });
    const seen = at.has(2) ? g.mul(taken, g.reshape(at.input(2), [length, 1])) : taken;
    return [transformed(g, seen, 2, { onesided })];
  },
};
