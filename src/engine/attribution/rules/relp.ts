import { gradientRules, type Rule, type RuleOf, type RuleTable, type Site, type Value } from '../../backward/index.js';
import { expressionsOf } from '../../onnx/expressions.js';
import { indexOf } from '../../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../../onnx/model.js';

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

/** LN rule: y = (x - mean) / σ × w + b with σ a constant. */
const layerNorm = (centred: boolean): Rule => ({
  by: [0],
  backward(at) {
    const { g, node } = at;
    const rank = at.inputDims(0).length;
    const stated = node.attributes.get('axis')?.value;
    const axis = ((typeof stated === 'number' ? stated : -1) + rank) % rank;
    const axes = Array.from({ length: rank - axis }, (_, i) => axis + i);
    const count = axes.reduce((product, i) => product * at.inputDims(0)[i], 1);
    const mean = (value: Value): Value => g.mul(g.sum(value, axes, true), 1 / count);
    const x = at.input(0);
    const centre = centred ? g.sub(x, mean(x)) : x;
    const epsilon = node.attributes.get('epsilon')?.value;
    const deviation = g.op('Sqrt', [g.add(mean(g.mul(centre, centre)), typeof epsilon === 'number' ? epsilon : 1e-5)]);
    const scaled = g.div(at.has(1) ? g.mul(at.gradient, at.input(1)) : at.gradient, deviation);
    return [centred ? g.sub(scaled, mean(scaled)) : scaled];
  },
});

/**
 * RelP (Jafari et al. 2025): modified gradients that keep conservation: the LN, identity and half rules, and ordinary
 * gradients through linear layers; with `constantAttention` the AH rule too, by which attention patterns are constants.
 *
 * Activations and normalisations that an exporter wrote as several nodes are found by their structure: in an activation
 * x · f(x) the factor f(x) is constant (that is its identity rule), and so is the root of a variance that is divided by.
 */
export function relpRules(
  model: OnnxModel,
  { constantAttention = false }: { constantAttention?: boolean } = {},
): { rules: RuleTable; ruleOf: RuleOf } {
  const graph = indexOf(model);
  const { root } = expressionsOf(model);
  const rules: RuleTable = {
    ...Object.fromEntries(activations.map((op) => [op, identity])),
    Mul: half,
    LayerNormalization: layerNorm(true),
    RMSNormalization: layerNorm(false),
    ...(constantAttention ? { Softmax: { by: [], backward: () => [] } satisfies Rule } : {}),
  };

  /** Its root times constants. */
  const isScaledRoot = (tensor: string, of: string): boolean => {
    for (let name = tensor; ;) {
      if (name === of) return true;
      const node = graph.producer.get(name);
      if (node?.op !== 'Mul' && node?.op !== 'Div') return false;
      const varying = node.inputs.filter((input) => !graph.constant(input));
      if (varying.length !== 1 || (node.op === 'Div' && varying[0] !== node.inputs[0])) return false;
      [name] = varying;
    }
  };
  /** The position of the factor x in x · f(x), else -1. */
  const rootFactor = (node: Node): number => {
    const of = root(node.outputs[0]);
    if (of === node.outputs[0] || node.inputs.some((input) => graph.constant(input))) return -1;
    return node.inputs.findIndex((input) => isScaledRoot(input, of));
  };
  const isDeviation = (tensor: string): boolean => {
    const node = graph.producer.get(tensor);
    if (!node) return false;
    if (node.op === 'Reciprocal') return isDeviation(node.inputs[0]);
    if (node.op !== 'Sqrt' && node.op !== 'Pow') return false;
    const sum = graph.producer.get(node.inputs[0]);
    const parts = sum?.op === 'Add' ? sum.inputs : node.inputs.slice(0, 1);
    return parts.some((part) => /^Reduce(Mean|SumSquare|Sum)$/.test(graph.producer.get(part)?.op ?? ''));
  };
  const ruleOf: RuleOf = (node) => {
    if (node.domain !== '') return undefined;
    if (node.op === 'Mul') {
      const constant = node.inputs.findIndex(isDeviation);
      const factor = constant >= 0 ? 1 - constant : rootFactor(node);
      if (factor >= 0) return onlyTo(factor, gradientRules.Mul as Rule);
    }
    if (node.op === 'Div' && isDeviation(node.inputs[1])) return onlyTo(0, gradientRules.Div as Rule);
    return undefined;
  };
  return { rules, ruleOf };
}

/** The other inputs are constants. */
const onlyTo = (position: number, rule: Rule): Rule => ({
  by: [position],
  backward: (at: Site) => rule.backward({ ...at, wants: (i) => i === position && at.wants(i) }),
});
