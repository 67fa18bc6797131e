import type { AttributeValue } from '../emit/modelBytes.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs, Rule, RuleTable } from '../rule.js';
import { axesFromStart, floatAttribute, integerAttribute, integersAttribute, textAttribute } from './attributes.js';
import { swapLast } from './linear.js';

/** Operators that are others in one, by their definition: ONNX's own and those that ONNX Runtime's optimiser writes. */

/** The attributes of a node that its parts take over. */
const taken = (at: Inputs, names: readonly string[]): Record<string, AttributeValue> =>
  Object.fromEntries(
    names.flatMap((name): [string, AttributeValue][] => {
      const attribute = at.node.attributes.get(name);
      switch (attribute?.type) {
        case 'int':
        case 'string':
        case 'ints':
          return [[name, attribute.value]];
        case 'float':
          return [[name, { float: attribute.value }]];
        default:
          return [];
      }
    }),
  );

/** An activation by the name and numbers that fused operators state. */
function activated(at: Inputs, value: Value, numbers: readonly number[]): Value {
  const { g } = at;
  const op = textAttribute(at.node, 'activation', '');
  const [alpha, beta] = numbers;
  switch (op) {
    case '':
      return value;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
    case 'Softplus':
    case 'Softsign':
      return g.op(op, [value]);
    case 'LeakyRelu':
      return g.op(op, [value], { alpha: { float: alpha ?? 0.01 } });
    case 'HardSigmoid':
      return g.op(op, [value], { alpha: { float: alpha ?? 0.2 }, beta: { float: beta ?? 0.5 } });
    case 'Clip':
      return g.op(op, [value, alpha, beta]);
    default:
      return at.refuse(`with activation ${op} has no gradient here`);
  }
}

const paramsOf = (at: Inputs): readonly number[] => {
  const stated = at.node.attributes.get('activation_params');
  return stated?.type === 'floats' ? stated.value : [];
};
const windowNames = ['auto_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides'];

const fusedConv: Definition = {
  define(at) {
    const { g } = at;
    const inputs = [0, 1, 2].map((i) => (at.has(i) ? at.input(i) : null));
    const made = g.op('Conv', inputs, taken(at, windowNames));
    return [activated(at, at.has(3) ? g.add(made, at.input(3)) : made, paramsOf(at))];
  },
};

const channelsFirst = (g: GraphBuilder, value: Value): Value => {
  const rank = g.dims(value).length;
  return g.transpose(value, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
};
const channelsLast = (g: GraphBuilder, value: Value): Value => {
  const rank = g.dims(value).length;
  return g.transpose(value, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
};

/** The picture and what is added have their channels last; the kernel does not. */
const nhwcConv: Definition = {
  define(at) {
    const { g } = at;
    const bias = at.has(2) ? at.input(2) : null;
    const made = g.op('Conv', [channelsFirst(g, at.input(0)), at.input(1), bias], taken(at, windowNames));
    const last = channelsLast(g, made);
    return [activated(at, at.has(3) ? g.add(last, at.input(3)) : last, paramsOf(at))];
  },
};

const fusedGemm: Definition = {
  define(at) {
    const { g, node } = at;
    const inputs = [0, 1, 2].map((i) => (at.has(i) ? at.input(i) : null));
    const made = g.op('Gemm', inputs, taken(at, ['alpha', 'beta', 'transA', 'transB']));
    const numbers = ['activation_alpha', 'activation_beta'].flatMap((name) =>
      node.attributes.has(name) ? [floatAttribute(node, name, 0)] : [],
    );
    return [activated(at, made, numbers)];
  },
};

const fusedMatmul: Definition = {
  define(at) {
    const { g, node } = at;
    const operand = (i: number, name: string): Value => {
      const value = at.input(i);
      if (integerAttribute(node, `transBatch${name}`, 0) === 1)
        at.refuse('with its batch axes moved has no gradient here');
      return integerAttribute(node, `trans${name}`, 0) === 1 && g.dims(value).length > 1 ? swapLast(g, value) : value;
    };
    return [g.mul(g.op('MatMul', [operand(0, 'A'), operand(1, 'B')]), floatAttribute(node, 'alpha', 1))];
  },
};

const withBias = (at: Inputs, position: number): Value =>
  at.has(position) ? at.g.add(at.input(0), at.input(position)) : at.input(0);

const biasGelu: Definition = { define: (at) => [at.g.op('Gelu', [withBias(at, 1)])] };
const fastGelu: Definition = { define: (at) => [at.g.op('Gelu', [withBias(at, 1)], { approximate: 'tanh' })] };

/** The sum of two (and a bias), normalised; the sum itself is the fourth output. */
const skipNormalization = (op: string, scaleAt: number, shiftAt: number | null, biasAt: number): Definition => ({
  define(at) {
    const { g, node } = at;
    if (node.outputs.slice(1, 3).some((name) => name !== '')) at.refuse('has no gradient by its statistics here');
    const skipped = g.add(at.input(0), at.input(1));
    const sum = at.has(biasAt) ? g.add(skipped, at.input(biasAt)) : skipped;
    const shift = shiftAt !== null && at.has(shiftAt) ? at.input(shiftAt) : null;
    const epsilon = { float: floatAttribute(node, 'epsilon', 1e-12) };
    const made = g.op(op, [sum, at.input(scaleAt), shift], { axis: -1, epsilon }, { dims: g.dims(sum) });
    return [made, sum, sum, sum];
  },
});

/** The sum of a token's, its place's and its segment's rows, normalised; the sum itself is the third output. */
const embedding: Definition = {
  by: [2, 3, 4, 5, 6],
  define(at) {
    const { g, node } = at;
    const [batch, tokens] = at.inputDims(0);
    const rows = (table: number, ids: Value): Value => g.op('Gather', [at.input(table), ids], { axis: 0 });
    const places = at.has(8)
      ? at.input(8)
      : g.ints(
          Array.from({ length: tokens }, (_, i) => i),
          [1, tokens],
        );
    const sums = g.add(rows(2, at.input(0)), rows(3, places));
    const sum = at.has(1) && at.has(4) ? g.add(sums, rows(4, at.input(1))) : sums;
    const dims = [batch, tokens, at.inputDims(2)[1]];
    const epsilon = { float: floatAttribute(node, 'epsilon', 1e-12) };
    return [g.op('LayerNormalization', [sum, at.input(5), at.input(6)], { axis: -1, epsilon }, { dims }), sum, sum];
  },
};

/** x / ‖x‖ along an axis. */
const lpNormalization: Definition = {
  define(at) {
    const { g, node } = at;
    const axes = axesFromStart([integerAttribute(node, 'axis', -1)], at.inputDims(0).length);
    const op = integerAttribute(node, 'p', 2) === 1 ? 'ReduceL1' : 'ReduceL2';
    return [g.div(at.input(0), g.op(op, [at.input(0), g.ints(axes)], { keepdims: 1 }))];
  },
};

/** (x - mean) / (standard deviation + 1e-9), the constant as in the operator's definition. */
const meanVarianceNormalization: Definition = {
  define(at) {
    const { g } = at;
    const axes = g.ints(integersAttribute(at.node, 'axes') ?? [0, 2, 3]);
    const mean = (value: Value): Value => g.op('ReduceMean', [value, axes], { keepdims: 1 });
    const centre = g.sub(at.input(0), mean(at.input(0)));
    const deviation = g.op('Sqrt', [mean(g.mul(centre, centre))]);
    return [g.div(centre, g.add(deviation, 1e-9))];
  },
};

/** Operators of ONNX's first versions, which older files still hold. */
const affine: Rule = { backward: ({ g, node, gradient }) => [g.mul(gradient, floatAttribute(node, 'alpha', 1))] };
const imageScaler: Rule = { backward: ({ g, node, gradient }) => [g.mul(gradient, floatAttribute(node, 'scale', 1))] };
const scaledTanh: Definition = {
  define: ({ g, node, input }) => [
    g.mul(g.op('Tanh', [g.mul(input(0), floatAttribute(node, 'beta', 1))]), floatAttribute(node, 'alpha', 1)),
  ],
};
const parametricSoftplus: Definition = {
  define: ({ g, node, input }) => [
    g.mul(g.op('Softplus', [g.mul(input(0), floatAttribute(node, 'beta', 1))]), floatAttribute(node, 'alpha', 1)),
  ],
};

export const fusedRules: RuleTable = {
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.NhwcFusedConv': nhwcConv,
  'com.microsoft.NhwcConv': nhwcConv,
  'com.microsoft.FusedGemm': fusedGemm,
  'com.microsoft.FusedMatMul': fusedMatmul,
  'com.microsoft.TransposeMatMul': fusedMatmul,
  'com.microsoft.Gelu': { define: (at) => [at.g.op('Gelu', [at.input(0)])] },
  'com.microsoft.BiasGelu': biasGelu,
  'com.microsoft.FastGelu': fastGelu,
  'com.microsoft.SkipLayerNormalization': skipNormalization('LayerNormalization', 2, 3, 4),
  'com.microsoft.SkipSimplifiedLayerNormalization': skipNormalization('RMSNormalization', 2, null, 3),
  'com.microsoft.EmbedLayerNormalization': embedding,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  Affine: affine,
  ImageScaler: imageScaler,
  ScaledTanh: scaledTanh,
  ParametricSoftplus: parametricSoftplus,
};
