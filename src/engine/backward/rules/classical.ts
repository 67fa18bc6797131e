import type { Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs, RuleTable } from '../rule.js';
import { integerAttribute, textAttribute } from './attributes.js';

/** Operators of ai.onnx.ml that have a derivative: what scikit-learn's pipelines begin with, and its linear models. */

const floatsOf = ({ node }: Inputs, name: string): readonly number[] => {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'floats' ? attribute.value : [];
};

/** One number for all, or one a feature. */
const perFeature = (at: Inputs, name: string): Value => {
  const values = floatsOf(at, name);
  return at.g.floats(values, values.length === 1 ? [] : [values.length]);
};

/** (x - offset) × scale. */
const scaler: Definition = {
  define: (at) => [at.g.mul(at.g.sub(at.g.float(at.input(0)), perFeature(at, 'offset')), perFeature(at, 'scale'))],
};

/** Each row divided by its largest element, by the sum of its magnitudes, or by its length. */
const normalizer: Definition = {
  define(at) {
    const { g, node } = at;
    const x = g.float(at.input(0));
    const axes = g.ints([g.dims(x).length - 1]);
    const op = { MAX: 'ReduceMax', L1: 'ReduceL1', L2: 'ReduceL2' }[textAttribute(node, 'norm', 'MAX')];
    if (!op) return at.refuse('of this norm has no gradient here');
    return [g.div(x, g.op(op, [x, axes], { keepdims: 1 }))];
  },
};

/** x Wᵀ + b, one row of W a target. */
const linearRegressor: Definition = {
  define(at) {
    const { g, node } = at;
    if (textAttribute(node, 'post_transform', 'NONE') !== 'NONE') at.refuse('with a transform has no gradient here');
    const targets = integerAttribute(node, 'targets', 1);
    const weights = floatsOf(at, 'coefficients');
    const matrix = g.floats(weights, [targets, weights.length / targets]);
    const intercepts = floatsOf(at, 'intercepts');
    const made = g.op('MatMul', [g.float(at.input(0)), g.transpose(matrix, [1, 0])]);
    return [intercepts.length > 0 ? g.add(made, g.floats(intercepts, [targets])) : made];
  },
};

export const classicalRules: RuleTable = {
  'ai.onnx.ml.Scaler': scaler,
  'ai.onnx.ml.Normalizer': normalizer,
  'ai.onnx.ml.LinearRegressor': linearRegressor,
};
