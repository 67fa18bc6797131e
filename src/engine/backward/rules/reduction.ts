import { fromStart } from '../../onnx/shape/index.js';
import type { Operand, Value } from '../emit/graphBuilder.js';
import type { Rule, Site } from '../rule.js';
import { axesFromStart, integerAttribute, integers, product } from './attributes.js';
import { inversePower } from './pooling.js';

/** A reduction on the way back: what was reduced to one element stands beside those it was made of. */
interface Reduced {
  at: Site;
  axes: readonly number[];
  /** The gradient and the output with the reduced axes kept as 1. */
  gradient: Value;
  output: () => Value;
  /** Elements that one was made of. */
  count: number;
}

const reduction = (backward: (reduced: Reduced) => Value): Rule => ({
  by: [0],
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const stated = integers(at, 'axes', 1) ?? [];
    if (stated.length === 0 && integerAttribute(at.node, 'noop_with_empty_axes', 0) === 1) {
      return [backward({ at, axes: [], gradient: at.gradient, output: () => at.output(), count: 1 })];
    }
    const axes = stated.length === 0 ? dims.map((_, axis) => axis) : axesFromStart(stated, dims.length);
    const kept = dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    return [
      backward({
        at,
        axes,
        gradient: g.reshape(at.gradient, kept),
        output: () => g.reshape(at.output(), kept),
        count: product(axes.map((axis) => dims[axis])),
      }),
    ];
  },
});

const expanded = ({ at }: Reduced, value: Value): Value => at.g.op('Expand', [value, at.g.ints(at.inputDims(0))]);
/** The gradient times a factor that has the input's size. */
const times = (reduced: Reduced, factor: Operand): Value => reduced.at.g.mul(reduced.gradient, factor);

/** The largest or smallest; where several are, each gets an equal share (as PyTorch's amax). */
const extreme = reduction((reduced) => {
  const { g } = reduced.at;
  const isOne = g.mask('Equal', reduced.at.input(0), reduced.output());
  return g.mul(g.div(reduced.gradient, g.sum(isOne, reduced.axes, true)), isOne);
});

export const reductionRules: Record<string, Rule> = {
  ReduceSum: reduction((reduced) => expanded(reduced, reduced.gradient)),
  ReduceMean: reduction((reduced) => expanded(reduced, reduced.at.g.mul(reduced.gradient, 1 / reduced.count))),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceL1: reduction((reduced) => times(reduced, reduced.at.g.op('Sign', [reduced.at.input(0)]))),
  ReduceL2: reduction((reduced) => {
    const { g } = reduced.at;
    return g.mul(reduced.at.input(0), g.mul(reduced.gradient, inversePower(g, reduced.output(), 2)));
  }),
  ReduceSumSquare: reduction((reduced) => times(reduced, reduced.at.g.mul(reduced.at.input(0), 2))),
  ReduceLogSum: reduction((reduced) => {
    const { g } = reduced.at;
    return expanded(reduced, g.mul(reduced.gradient, g.op('Exp', [g.neg(reduced.output())])));
  }),
  ReduceLogSumExp: reduction((reduced) => {
    const { g } = reduced.at;
    return times(reduced, g.op('Exp', [g.sub(reduced.at.input(0), reduced.output())]));
  }),
  // The product of the others, without dividing by 0.
  ReduceProd: reduction((reduced) => {
    const { g } = reduced.at;
    if (reduced.axes.length === 0) return reduced.gradient;
    const x = reduced.at.input(0);
    const isZero = g.mask('Equal', x, 0);
    const zeros = g.sum(isZero, reduced.axes, true);
    const filled = g.add(x, isZero);
    const nonZero = g.op('ReduceProd', [filled, g.ints(reduced.axes)], { keepdims: 1 });
    // Without zeros each gets product / x; the only zero gets the product of the others; beside a zero nothing arrives.
    const only = g.mul(isZero, g.mask('Equal', zeros, 1));
    const none = g.mul(g.sub(1, isZero), g.mask('Equal', zeros, 0));
    return g.mul(g.mul(reduced.gradient, g.div(nonZero, filled)), g.add(only, none));
  }),
};

/** The values' gradients go to where the values stood. */
export const topK: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const [values] = at.gradients;
    if (!values) return [];
    const axis = fromStart(integerAttribute(at.node, 'axis', -1), at.inputDims(0).length);
    return [g.op('ScatterElements', [g.filled(at.inputDims(0), 0), at.output(1), values], { axis, reduction: 'add' })];
  },
};
