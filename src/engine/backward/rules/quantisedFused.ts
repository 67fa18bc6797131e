import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs, Rule, RuleTable } from '../rule.js';
import { axesFromStart, integerAttribute } from './attributes.js';
import { attendProjected } from './fusedAttention.js';
import { maxPool } from './maxPool.js';
import { averagePool } from './pooling.js';
import { alongAxis, byInteger, byNumber, quantisedConv } from './quantised.js';

/** Quantised operators of ONNX Runtime's own, as its quantiser and its optimiser write them. */

/** batch × channels × size ×…, of sizes or of values that have their channels last. */
const channelsFirst = (dims: readonly number[]): number[] => [dims[0], dims[dims.length - 1], ...dims.slice(1, -1)];
function toFirst(g: GraphBuilder, value: Value): Value {
  const rank = g.dims(value).length;
  return g.transpose(value, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}
function toLast(g: GraphBuilder, value: Value): Value {
  const rank = g.dims(value).length;
  return g.transpose(value, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

/** A rule for channels that come first, where they may come last. The picture is the first input. */
const eitherLayout = (rule: Rule, isLast: (at: Inputs) => boolean): Rule => ({
  by: [0],
  backward(at) {
    if (!isLast(at)) return rule.backward(at);
    const { g } = at;
    const [made] = rule.backward({
      ...at,
      gradient: toFirst(g, at.gradient),
      input: (i) => (i === 0 ? toFirst(g, at.input(0)) : at.input(i)),
      inputDims: (i) => (i === 0 ? channelsFirst(at.inputDims(0)) : at.inputDims(i)),
      output: () => toFirst(g, at.output()),
      outputDims: () => channelsFirst(at.outputDims()),
    });
    return [made ? toLast(g, made) : null];
  },
});

const byAttribute = ({ node }: Inputs): boolean => integerAttribute(node, 'channels_last', 0) === 1;

/** The picture is fractions for ONNX Runtime's pool, which gives places of the largest. */
const largestOfIntegers: Rule = {
  by: [0],
  backward: (at) => maxPool.backward({ ...at, input: (i) => at.g.float(at.input(i)) }),
};

const quantisedAveragePool: Rule = {
  by: [0],
  backward(at) {
    const [made] = averagePool.backward({ ...at, gradient: byNumber(at, 3) });
    return [made ? byInteger(at, made, 0) : null];
  },
};

/** y (dy - Σ dy y), where y is the number that the output stands for; before opset 13 of all axes from its own on. */
const quantisedSoftmax: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const dims = at.outputDims();
    const [axis] = axesFromStart([integerAttribute(node, 'axis', -1)], dims.length);
    const axes = integerAttribute(node, 'opset', 13) < 13 ? dims.flatMap((_, i) => (i >= axis ? [i] : [])) : [axis];
    const zero = at.has(4) ? g.float(at.input(4)) : 0;
    const y = g.mul(g.sub(g.float(at.output()), zero), g.reshape(at.input(3), []));
    // A share of 1 is the end of the range, and no ReLU was folded in.
    const gradient = g.div(at.gradient, g.reshape(at.input(3), []));
    return [byInteger(at, g.mul(y, g.sub(gradient, g.sum(g.mul(gradient, y), axes, true))), 0)];
  },
};

/** Condition, the one, its scale and zero point, the other with its own, the output's scale. */
const quantisedWhere: Rule = {
  by: [1, 4],
  backward(at) {
    const { g } = at;
    const gradient = byNumber(at, 7);
    const share = (position: number): Value | null => {
      if (!at.wants(position)) return null;
      const chosen = g.op('Where', position === 1 ? [at.input(0), gradient, 0] : [at.input(0), 0, gradient]);
      return byInteger(at, g.unbroadcast(chosen, at.inputDims(position)), position);
    };
    return [null, share(1), null, null, share(4)];
  },
};

/** (q - zero point) × scale of a matrix, with scales for its columns or one for all. */
function columns(at: Inputs, position: number, scaleAt: number, zeroAt: number): Value {
  const { g } = at;
  const rank = at.inputDims(position).length;
  const along = (value: Value): Value => alongAxis(at, value, rank - 1, rank);
  const values = g.float(at.input(position));
  const centred = at.has(zeroAt) ? g.sub(values, along(g.float(at.input(zeroAt)))) : values;
  return at.has(scaleAt) ? g.mul(centred, along(at.input(scaleAt))) : centred;
}

const withBias = (at: Inputs, made: Value, position: number): Value =>
  at.has(position) ? at.g.add(made, at.input(position)) : made;

/** Its first operand is quantised on the way: straight through that. */
const dynamicMatmul: Definition = {
  by: [0, 4],
  define: (at) => [withBias(at, at.g.op('MatMul', [at.input(0), columns(at, 1, 2, 3)]), 4)],
};

const integersToFraction: Definition = {
  by: [0, 1, 6],
  define: (at) => [withBias(at, at.g.op('MatMul', [columns(at, 0, 2, 4), columns(at, 1, 3, 5)]), 6)],
};

/** x, weight, bias, their scales, mask, their zero points, past. */
const quantisedAttention: Definition = {
  by: [0, 2],
  define(at) {
    const projected = at.g.op('MatMul', [columns(at, 0, 3, 6), columns(at, 1, 4, 7)]);
    return attendProjected(at, withBias(at, projected, 2), { mask: 5, past: 8, bias: null });
  },
};

export const quantisedFusedRules: RuleTable = {
  'com.microsoft.QLinearConv': eitherLayout(quantisedConv, byAttribute),
  'com.microsoft.QLinearAveragePool': eitherLayout(quantisedAveragePool, byAttribute),
  'com.microsoft.NhwcMaxPool': eitherLayout(largestOfIntegers, () => true),
  'com.microsoft.QLinearSoftmax': quantisedSoftmax,
  'com.microsoft.QLinearWhere': quantisedWhere,
  'com.microsoft.DynamicQuantizeMatMul': dynamicMatmul,
  'com.microsoft.MatMulIntegerToFloat': integersToFraction,
  'com.microsoft.QAttention': quantisedAttention,
};
