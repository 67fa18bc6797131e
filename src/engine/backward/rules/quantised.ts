import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Inputs, Rule, RuleTable, Site } from '../rule.js';
import { floatAttribute, integerAttribute } from './attributes.js';
import { convolutionInput } from './convolution.js';
import { swapLast } from './linear.js';
import { slides } from './window.js';

/**
 * Integers stand for numbers, q = x / scale + zero point. Rounding is taken for straight (Bengio et al. 2013, the
 * straight-through estimator); at the ends of the range nothing goes through, for that is where a ReLU was folded into it.
 * Gradients are by the integers themselves, so that they belong to the activations that such a model hands out: by the
 * number it is that over the scale.
 */

/** The ends of integer types. */
const ranges: Record<string, readonly [number, number]> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/** What has arrived, where the output is not at an end of its range; its zero point tells the type. */
function insideRange(at: Site, zeroAt: number): Value {
  const { g } = at;
  const range = ranges[(at.has(zeroAt) ? at.type(zeroAt) : 'uint8') ?? ''];
  if (!range) return at.gradient;
  const y = g.float(at.output());
  return g.mul(at.gradient, g.mul(g.mask('Greater', y, range[0]), g.mask('Less', y, range[1])));
}

/** A scale or zero point along an axis of a tensor of this rank; one number stays as it is. */
export function alongAxis(at: Inputs, value: Value, axis: number, rank: number): Value {
  const { g } = at;
  const dims = g.dims(value);
  if (dims.length === 0 || dims.every((dim) => dim === 1)) return g.reshape(value, []);
  if (dims.length !== 1) at.refuse('with scales by blocks has no gradient here');
  return g.reshape(
    value,
    Array.from({ length: rank }, (_, i) => (i === axis ? dims[0] : 1)),
  );
}

/** (q - zero point) × scale, of the tensor whose scale and zero point are the two inputs behind it. */
export function real(at: Inputs, position: number, axis: number): Value {
  const { g } = at;
  const rank = at.inputDims(position).length;
  const scale = alongAxis(at, at.input(position + 1), axis, rank);
  const values = g.float(at.input(position));
  const centred = at.has(position + 2)
    ? g.sub(values, alongAxis(at, g.float(at.input(position + 2)), axis, rank))
    : values;
  return g.mul(centred, scale);
}

const scaleOf = (at: Inputs, position: number): Value => at.g.reshape(at.input(position), []);

/** What has arrived, by the number that the output stands for. */
export const byNumber = (at: Site, scaleAt: number): Value =>
  at.g.div(insideRange(at, scaleAt + 1), scaleOf(at, scaleAt));
/** The gradient by an integer from that by the number that it stands for. */
export const byInteger = (at: Site, gradient: Value, position: number): Value =>
  at.g.mul(gradient, scaleOf(at, position + 1));

const quantise = (sign: 1 | -1): Rule => ({
  by: [0],
  backward(at) {
    const { g } = at;
    const rank = at.inputDims(0).length;
    const scale = alongAxis(at, at.input(1), fromStart(integerAttribute(at.node, 'axis', 1), rank), rank);
    return [sign === 1 ? g.mul(at.gradient, scale) : g.div(insideRange(at, 2), scale)];
  },
});

/** Its scale is the second output. */
const dynamicQuantise: Rule = {
  by: [0],
  backward: (at) => [at.gradients[0] ? at.g.div(at.gradients[0], at.output(1)) : null],
};

export const quantisedConv: Rule = {
  by: [0],
  backward(at) {
    const window = slides(at, at.inputDims(0).slice(2), at.outputDims().slice(2), at.inputDims(3).slice(2));
    const group = integerAttribute(at.node, 'group', 1);
    return [byInteger(at, convolutionInput(at.g, byNumber(at, 6), real(at, 3, 0), group, window), 0)];
  },
};

/** x (and w) of a product of integers; the zero points are inputs 2 and 3. */
const centred = (at: Inputs, position: number): Value => {
  const { g } = at;
  const values = g.float(at.input(position));
  if (!at.has(position + 2)) return values;
  const rank = at.inputDims(position).length;
  const isConv = at.node.op === 'ConvInteger';
  return g.sub(values, alongAxis(at, g.float(at.input(position + 2)), isConv ? 0 : rank - 1, rank));
};

const integerConv: Rule = {
  by: [0],
  backward(at) {
    const window = slides(at, at.inputDims(0).slice(2), at.outputDims().slice(2), at.inputDims(1).slice(2));
    return [convolutionInput(at.g, at.gradient, centred(at, 1), integerAttribute(at.node, 'group', 1), window)];
  },
};

const timesTransposed = (g: GraphBuilder, gradient: Value, right: Value, dims: readonly number[]): Value =>
  g.unbroadcast(g.op('MatMul', [gradient, swapLast(g, right)]), dims);
const transposedTimes = (g: GraphBuilder, left: Value, gradient: Value, dims: readonly number[]): Value =>
  g.unbroadcast(g.op('MatMul', [swapLast(g, left), gradient]), dims);

const integerMatmul: Rule = {
  by: [0, 1],
  backward: (at) => [
    at.wants(0) ? timesTransposed(at.g, at.gradient, centred(at, 1), at.inputDims(0)) : null,
    at.wants(1) ? transposedTimes(at.g, centred(at, 0), at.gradient, at.inputDims(1)) : null,
  ],
};

const quantisedMatmul: Rule = {
  by: [0, 3],
  backward(at) {
    const { g } = at;
    const gradient = byNumber(at, 6);
    const last = (position: number): number => at.inputDims(position).length - 1;
    return [
      at.wants(0) ? byInteger(at, timesTransposed(g, gradient, real(at, 3, last(3)), at.inputDims(0)), 0) : null,
      null,
      null,
      at.wants(3) ? byInteger(at, transposedTimes(g, real(at, 0, last(0)), gradient, at.inputDims(3)), 3) : null,
    ];
  },
};

/** α A' B' + C. */
const quantisedGemm: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const isReal = !at.has(7);
    const gradient = g.mul(isReal ? at.gradient : byNumber(at, 7), floatAttribute(node, 'alpha', 1));
    const transB = integerAttribute(node, 'transB', 0);
    const weight = real(at, 3, transB ? 0 : 1);
    const transA = integerAttribute(node, 'transA', 0);
    const made = transA
      ? g.op('Gemm', [weight, gradient], { transA: transB, transB: 1 })
      : g.op('Gemm', [gradient, weight], { transB: 1 - transB });
    return [byInteger(at, made, 0)];
  },
};

/** Operands at 0 and 3, the output's scale at 6. */
const quantisedBinary = (share: (at: Site, other: number) => Value): Rule => ({
  by: [0, 3],
  backward: (at) => {
    const one = (position: number): Value | null =>
      at.wants(position)
        ? byInteger(at, at.g.unbroadcast(share(at, 3 - position), at.inputDims(position)), position)
        : null;
    return [one(0), null, null, one(3)];
  },
});

const quantisedConcat: Rule = {
  backward(at) {
    const { g, node } = at;
    const gradient = byNumber(at, 0);
    const axis = fromStart(integerAttribute(node, 'axis', 1), at.outputDims().length);
    let from = 0;
    return node.inputs.map((_, i) => {
      if (i < 2 || i % 3 !== 2) return null;
      const start = from;
      from += at.inputDims(i)[axis];
      return at.wants(i) ? byInteger(at, g.slice(gradient, [start], [from], [axis]), i) : null;
    });
  },
};

/** x, its scale, its zero point, the output's scale. */
const quantisedUnary = (slope: (at: Site, y: Value, x: () => Value) => Value): Rule => ({
  by: [0],
  backward(at) {
    const { g } = at;
    const zero = at.has(4) ? g.float(at.input(4)) : 0;
    const y = (): Value => g.mul(g.sub(g.float(at.output()), zero), scaleOf(at, 3));
    const x = (): Value => real(at, 0, 0);
    return [byInteger(at, g.mul(byNumber(at, 3), slope(at, y(), x)), 0)];
  },
});

const quantisedGlobalPool: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const dims = at.inputDims(0);
    const isLast = integerAttribute(node, 'channels_last', 0) === 1;
    const places = (isLast ? dims.slice(1, -1) : dims.slice(2)).reduce((all, dim) => all * dim, 1);
    return [byInteger(at, g.op('Expand', [g.mul(byNumber(at, 3), 1 / places), g.ints(dims)]), 0)];
  },
};

export const quantisedRules: RuleTable = {
  QuantizeLinear: quantise(-1),
  DequantizeLinear: quantise(1),
  'com.microsoft.QuantizeLinear': quantise(-1),
  'com.microsoft.DequantizeLinear': quantise(1),
  DynamicQuantizeLinear: dynamicQuantise,
  QLinearConv: quantisedConv,
  QLinearMatMul: quantisedMatmul,
  ConvInteger: integerConv,
  MatMulInteger: integerMatmul,
  'com.microsoft.QGemm': quantisedGemm,
  'com.microsoft.QLinearAdd': quantisedBinary((at) => byNumber(at, 6)),
  'com.microsoft.QLinearMul': quantisedBinary((at, other) => at.g.mul(byNumber(at, 6), real(at, other, 0))),
  'com.microsoft.QLinearConcat': quantisedConcat,
  'com.microsoft.QLinearGlobalAveragePool': quantisedGlobalPool,
  'com.microsoft.QLinearSigmoid': quantisedUnary(({ g }, y) => g.mul(y, g.sub(1, y))),
  'com.microsoft.QLinearLeakyRelu': quantisedUnary(({ g, node }, _, x) => {
    const alpha = floatAttribute(node, 'alpha', 0.01);
    return g.add(g.mul(g.mask('Greater', x(), 0), 1 - alpha), alpha);
  }),
};
