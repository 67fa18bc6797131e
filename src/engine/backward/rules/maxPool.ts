import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Rule } from '../rule.js';
import { integerAttribute, integersAttribute, product } from './attributes.js';
import { rectifiedGradient } from './rectified.js';
import { isSeparable, separableMaxPool } from './separableMaxPool.js';
import { reach, slides, windowAttributes } from './window.js';

/**
 * Each window's gradient goes to its largest element, the first where several are (as in PyTorch). The pool is run again
 * for its indices, which are those into the whole tensor.
 */
export const maxPool: Rule = {
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const isRectified = at.isRectified(0);
    // What the rectifiers before it would take away is taken away here, where there are fewer elements.
    const gradient = isRectified ? g.mul(at.gradient, g.mask('Greater', at.output(), 0)) : at.gradient;
    const known = (made: Value): Value[] => [isRectified ? rectifiedGradient(g, made) : made];
    const kernel = integersAttribute(at.node, 'kernel_shape') ?? [];
    const window = slides(at, dims.slice(2), at.outputDims().slice(2), kernel);
    if (isSeparable(dims, window)) {
      return known(separableMaxPool(g, at.input(0), gradient, window, !isRectified));
    }
    const [, indices] = g.ops('MaxPool', [at.input(0)], [at.outputDims(), at.outputDims()], {
      kernel_shape: kernel,
      ceil_mode: integerAttribute(at.node, 'ceil_mode', 0),
      ...windowAttributes(window),
    });
    const isDisjoint = window.every((slide) => reach(slide) <= slide.stride);
    return known((isDisjoint ? unpooled : scatterFlat)(g, dims, indices, gradient));
  },
};

/** Zeros of these dimensions with values at indices into the flat tensor, each of which comes once. */
function unpooled(g: GraphBuilder, dims: readonly number[], indices: Value, values: Value): Value {
  const line = [1, 1, product(g.dims(values))];
  const whole = [1, 1, product(dims)];
  const flat = g.op(
    'MaxUnpool',
    [g.reshape(values, line), g.reshape(indices, line), g.ints(whole)],
    { kernel_shape: [1], strides: [1] },
    { dims: whole },
  );
  return g.reshape(flat, dims);
}

/** Zeros of these dimensions with values added at indices into the flat tensor. */
export function scatterFlat(g: GraphBuilder, dims: readonly number[], indices: Value, values: Value): Value {
  const count = product(g.dims(values));
  const flat = g.op(
    'ScatterElements',
    [g.filled([product(dims)], 0), g.reshape(indices, [count]), g.reshape(values, [count])],
    { axis: 0, reduction: 'add' },
  );
  return g.reshape(flat, dims);
}
