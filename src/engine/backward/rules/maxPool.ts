import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Rule } from '../rule.js';
import { integerAttribute, integersAttribute, product } from './attributes.js';
import { reach, slides, windowAttributes } from './window.js';

/**
 * Each window's gradient goes to its largest element, the first where several are (as in PyTorch). The pool is run again
 * for its indices, which are those into the whole tensor.
 */
export const maxPool: Rule = {
  backward(at) {
    const { g, gradient } = at;
    const dims = at.inputDims(0);
    const kernel = integersAttribute(at.node, 'kernel_shape') ?? [];
    const window = slides(at, dims.slice(2), at.outputDims().slice(2), kernel);
    const [, indices] = g.ops('MaxPool', [at.input(0)], [at.outputDims(), at.outputDims()], {
      kernel_shape: kernel,
      ceil_mode: integerAttribute(at.node, 'ceil_mode', 0),
      ...windowAttributes(window),
    });
    const isDisjoint = window.every((slide) => reach(slide) <= slide.stride);
    return [isDisjoint ? unpooled(g, dims, indices, gradient) : scatterFlat(g, dims, indices, gradient)];
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
