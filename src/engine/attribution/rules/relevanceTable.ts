import {
  type Definition,
  gradientRules,
  type Rule,
  type RuleTable,
  type Site,
  type Value,
} from '../../backward/index.js';
import { stabilised } from './relevance.js';

/** Functions of single elements, normalisations, and other ways to write a number: relevance goes through them as it is. */
const passing =
  `Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid HardSwish Mish Softplus Softsign Shrink
  Swish Gelu Clip Tanh Erf Abs Neg Sqrt Exp Log Reciprocal Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Pow Mod
  QuantizeLinear DequantizeLinear BatchNormalization InstanceNormalization GroupNormalization LayerNormalization RMSNormalization LRN LpPool GlobalLpPool
  com.microsoft.Gelu com.microsoft.FastGelu com.microsoft.QuickGelu`.split(/\s+/);

/** Sums and means: each summand gets its share of the sum. */
const sharing = `Add Sub Sum Mean AveragePool GlobalAveragePool ReduceMean ReduceSum Resize Upsample CumSum`.split(
  /\s+/,
);

/** What moves elements or picks some of them: relevance moves with them, as gradients do. */
const moving =
  `Identity Reshape Flatten Squeeze Unsqueeze Transpose Expand Concat Split Slice Pad Gather GatherElements GatherND
  Scatter ScatterElements ScatterND Tile DepthToSpace SpaceToDepth Cast CastLike Dropout Crop Trilu ReverseSequence Where
  Max Min MaxPool GlobalMaxPool ReduceMax ReduceMin TopK`.split(/\s+/);

/** R_i = x_i ∂y/∂x_i R / y: what a sum's parts contributed. */
const share = (rule: Rule): Rule => ({
  by: rule.by,
  backward(at) {
    const arrived = at.g.div(at.gradient, stabilised(at.g, at.output()));
    return weighted(at, rule.backward({ ...at, gradient: arrived, gradients: [arrived] }));
  },
});

const weighted = (at: Site, parts: readonly (Value | null | undefined)[]): (Value | null)[] =>
  parts.map((part, i) => (part ? at.g.mul(at.input(i), part) : null));

const pass: Rule = { by: [0], backward: ({ gradient }) => [gradient] };

/** A product of two parts: each gets half (the uniform rule of Achtibat et al. 2024); a factor that is constant gets nothing. */
const product: Rule = {
  backward(at) {
    const { g, gradient } = at;
    const wanted = [at.wants(0), at.wants(1)];
    const each = wanted.every(Boolean) ? g.mul(gradient, 0.5) : gradient;
    return wanted.map((wants, i) => (wants ? g.unbroadcast(each, at.inputDims(i)) : null));
  },
};

/** A quotient: what is divided gets all. */
const quotient: Rule = {
  by: [0],
  backward: ({ g, gradient, inputDims }) => [g.unbroadcast(gradient, inputDims(0))],
};

/** x_i (R_i - s_i Σ R): the first-order part of a softmax, Achtibat et al. 2024. What is masked, by -∞ even, gets nothing. */
const softmax: Rule = {
  by: [0],
  backward(at) {
    const { g, node, gradient } = at;
    const rank = at.outputDims().length;
    const stated = node.attributes.get('axis')?.value;
    const axis = typeof stated === 'number' ? (stated + rank) % rank : at.opset < 13 ? 1 : rank - 1;
    // Before operator set 13 a softmax is over all axes from its own on.
    const axes = at.opset < 13 ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis];
    const dims = at.outputDims();
    const x = g.op('Where', [g.op('Greater', [at.output(), 0], {}, { dims }), at.input(0), 0], {}, { dims });
    return [g.mul(x, g.sub(gradient, g.mul(at.output(), g.sum(gradient, axes, true))))];
  },
};

/** A product of two tensors that both depend on the input: each gets half of its shares. */
const matmul: Rule = {
  backward(at) {
    const shares = share(gradientRules.MatMul as Rule).backward(at);
    const both = at.wants(0) && at.wants(1);
    return shares.map((value) => (value && both ? at.g.mul(value, 0.5) : value));
  },
};

const refusing = (op: string): Rule => ({
  backward: (at) =>
    at.refuse(`has no rule for relevance`, `use ig or gradient: relevance propagation does not know ${op}`),
});

const rules: Record<string, Rule> = {
  ...Object.fromEntries(passing.map((op) => [op, pass])),
  Mul: product,
  Div: quotient,
  Softmax: softmax,
  LogSoftmax: pass,
  MatMul: matmul,
};
for (const op of sharing) if (isRule(gradientRules[op])) rules[op] = share(gradientRules[op]);

/**
 * How relevance goes through operators that have no weights; convolutions and matrix products with weights have rules of
 * their own. What no rule is known for is refused, so that relevance is never lost unseen.
 */
export const relevanceTable: RuleTable = Object.fromEntries(
  Object.entries(gradientRules).map(([op, own]): [string, Rule | Definition] => {
    if (Object.hasOwn(rules, op)) return [op, rules[op]];
    return [op, moving.includes(op) || own.by?.length === 0 || 'define' in own ? own : refusing(op)];
  }),
);

function isRule(rule: Rule | Definition | undefined): rule is Rule {
  return rule !== undefined && 'backward' in rule;
}
