import {
  gradientRules,
  normalisations,
  type Rule,
  type RuleOf,
  type RuleTable,
  type Site,
} from '../../backward/index.js';
import type { OnnxModel } from '../../onnx/model.js';
import { heldFactors } from './heldFactors.js';

/** Functions of one element that the identity rule is for. */
const activations =
  `Relu LeakyRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid HardSwish Mish Softplus Softsign Swish
  Gelu Clip Tanh Erf com.microsoft.Gelu com.microsoft.FastGelu com.microsoft.QuickGelu`.split(/\s+/);

/** Identity rule: the slope is act(z) / z. */
const identity: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const z = at.input(0);
    const sign = g.sub(g.mul(2, g.mask('GreaterOrEqual', z, 0)), 1);
    return [g.mul(at.gradient, g.div(at.output(), g.add(z, g.mul(1e-6, sign))))];
  },
};

/** Half rule: of a product of two parts that depend on the input, each gets half of its gradient. */
const half: Rule = {
  backward(at) {
    const parts = (gradientRules.Mul as Rule).backward(at);
    return at.wants(0) && at.wants(1) ? parts.map((part) => (part ? at.g.mul(part, 0.5) : null)) : parts;
  },
};

/**
 * RelP (Jafari et al. 2025): modified gradients that keep conservation: the LN, identity and half rules, and ordinary
 * gradients through linear layers; with `constantAttention` the AH rule too, by which attention patterns are constants.
 * Of what an exporter wrote as several nodes the factors that `heldFactors` finds are constants: that is the identity rule.
 */
export function relpRules(
  model: OnnxModel,
  { constantAttention = false }: { constantAttention?: boolean } = {},
): { rules: RuleTable; ruleOf: RuleOf } {
  const factorOf = heldFactors(model);
  const rules: RuleTable = {
    ...Object.fromEntries(activations.map((op) => [op, identity])),
    Mul: half,
    // LN rule: y = (x - mean) / σ × w + b with σ a constant.
    ...normalisations(true),
    ...(constantAttention ? { Softmax: { by: [], backward: () => [] } satisfies Rule } : {}),
  };

  const ruleOf: RuleOf = (node) => {
    const factor = factorOf(node);
    return factor ? onlyTo(factor.open, gradientRules[node.op] as Rule) : undefined;
  };
  return { rules, ruleOf };
}

/** The other inputs are constants. */
const onlyTo = (position: number, rule: Rule): Rule => ({
  by: [position],
  backward: (at: Site) => rule.backward({ ...at, wants: (i) => i === position && at.wants(i) }),
});
