import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Rule, Site } from '../rule.js';
import { integerAttribute, product } from './attributes.js';

/** Before opset 13 everything from the axis on was one row, and the axis was 1 where not stated. */
function inRows(at: Site, compute: (g: GraphBuilder, y: Value, gradient: Value, axis: number) => Value): Value {
  const { g } = at;
  const dims = at.outputDims();
  const axis = fromStart(integerAttribute(at.node, 'axis', at.opset < 13 ? 1 : -1), dims.length);
  if (at.opset >= 13) return compute(g, at.output(), at.gradient, axis);
  const rows = [product(dims.slice(0, axis)), product(dims.slice(axis))];
  return g.reshape(compute(g, g.reshape(at.output(), rows), g.reshape(at.gradient, rows), 1), dims);
}

/** y (dy - Σ dy y). */
export const softmax: Rule = {
  backward: (at) => [
    inRows(at, (g, y, gradient, axis) => g.mul(y, g.sub(gradient, g.sum(g.mul(gradient, y), [axis], true)))),
  ],
};

/** dy - exp(y) Σ dy. */
export const logSoftmax: Rule = {
  backward: (at) => [
    inRows(at, (g, y, gradient, axis) => g.sub(gradient, g.mul(g.op('Exp', [y]), g.sum(gradient, [axis], true)))),
  ],
};
