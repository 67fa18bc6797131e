import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Rule } from '../rule.js';
import { integerAttribute } from './attributes.js';

/** y_i = Σ_{j ≤ i} x_j: the same from the other end. */
export const cumulativeSum: Rule = {
  by: [0],
  backward(at) {
    const { node } = at;
    return [
      at.g.op('CumSum', [at.gradient, at.input(1)], {
        exclusive: integerAttribute(node, 'exclusive', 0),
        reverse: 1 - integerAttribute(node, 'reverse', 0),
      }),
    ];
  },
};

/** Moves along an axis by some places, ones coming in. */
function shifted(g: GraphBuilder, value: Value, axis: number, by: number): Value {
  const dims = g.dims(value);
  const size = dims[axis];
  const count = Math.min(Math.abs(by), size);
  const ones = g.filled(
    dims.map((dim, i) => (i === axis ? count : dim)),
    1,
  );
  const rest = by > 0 ? g.slice(value, [0], [size - count], [axis]) : g.slice(value, [count], [size], [axis]);
  return g.op('Concat', by > 0 ? [ones, rest] : [rest, ones], { axis });
}

/**
 * y_i = Π_{j ≤ i} x_j by doubling: after k rounds each element is the product of the last 2^k. Nothing is divided, so
 * that zeros have their gradient.
 */
export const cumulativeProduct: Definition = {
  by: [0],
  define(at) {
    const { g, node } = at;
    const dims = at.inputDims(0);
    const [stated] = at.values(1) ?? at.refuse('along an axis that the model computes has no gradient here');
    const axis = fromStart(stated, dims.length);
    const way = integerAttribute(node, 'reverse', 0) === 1 ? -1 : 1;
    let made = at.input(0);
    if (integerAttribute(node, 'exclusive', 0) === 1) made = shifted(g, made, axis, way);
    for (let by = 1; by < dims[axis]; by *= 2) made = g.mul(made, shifted(g, made, axis, way * by));
    return [made];
  },
};
