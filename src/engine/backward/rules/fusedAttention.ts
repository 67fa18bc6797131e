import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { attend, behindPast, intoHeads, outOfHeads, refuseGiven, upTo, upToLength } from './attend.js';
import { floatAttribute, integerAttribute, integersAttribute } from './attributes.js';

/** com.microsoft.Attention: projects one input to queries, keys and values first. */
export const fusedAttention: Definition = {
  by: [0, 1, 2, 4, 5],
  define(at) {
    const { g } = at;
    const product = g.op('MatMul', [at.input(0), at.input(1)]);
    return attendProjected(at, at.has(2) ? g.add(product, at.input(2)) : product, { mask: 3, past: 4, bias: 5 });
  },
};

/**
 * @param projected batch × tokens × (queries, keys and values one after the other)
 * @param positions of the inputs that are the mask, the past keys and values, and what is added to the scores
 */
export function attendProjected(
  at: Inputs,
  projected: Value,
  { mask, past, bias }: { mask: number; past: number; bias: number | null },
): Value[] {
  const { g, node } = at;
  if (integerAttribute(node, 'do_rotary', 0) === 1) at.refuse('with positions turned in has no gradient here');
  const heads = integerAttribute(node, 'num_heads', 1);
  const third = g.dims(projected)[2] / 3;
  const widths = integersAttribute(node, 'qkv_hidden_sizes') ?? [third, third, third];
  const part = (i: number): Value => {
    const from = widths.slice(0, i).reduce((sum, size) => sum + size, 0);
    return intoHeads(g, g.slice(projected, [from], [from + widths[i]], [2]), heads);
  };
  const query = part(0);
  const behind = (i: number): Value => {
    if (!at.has(past) || at.inputDims(past)[3] === 0) return part(i);
    // 2 × batch × heads × tokens × size.
    const before = g.slice(at.input(past), [i - 1], [i], [0]);
    return g.op('Concat', [g.reshape(before, at.inputDims(past).slice(1)), part(i)], { axis: 2 });
  };
  const [key, value] = [behind(1), behind(2)];
  const made = attend(g, query, key, value, scoresOf(at, query, key, mask, bias));
  const present = [key, value].map((each) => g.reshape(each, [1, ...g.dims(each)]));
  const isAlike = g.dims(key)[3] === g.dims(value)[3];
  return [outOfHeads(g, made), ...(isAlike ? [g.op('Concat', present, { axis: 0 })] : [])];
}

/** com.microsoft.MultiHeadAttention: queries, keys and values that are projected already. */
export const multiHeadAttention: Definition = {
  by: [0, 1, 2, 3, 5, 6, 7],
  define(at) {
    const { g, node } = at;
    refuseGiven(at, { 8: 'a buffer for its keys', 9: 'beams' });
    const heads = integerAttribute(node, 'num_heads', 1);
    if (!at.has(1) || !at.has(2) || at.inputDims(0).length !== 3) {
      at.refuse('of packed queries and keys has no gradient here');
    }
    // Those that have their heads apart already have no bias.
    const widths = [0, 1, 2].map((i) => (at.inputDims(i).length === 3 ? at.inputDims(i)[2] : 0));
    const [query, keys, values] = widths.map((width, i) => {
      const from = widths.slice(0, i).reduce((sum, size) => sum + size, 0);
      const bias = at.has(3) && width > 0 ? g.slice(at.input(3), [from], [from + width], [0]) : null;
      return intoHeads(g, bias ? g.add(at.input(i), bias) : at.input(i), heads);
    });
    const [key, value] = [behindPast(at, 6, keys), behindPast(at, 7, values)];
    const made = attend(g, query, key, value, scoresOf(at, query, key, 4, 5));
    return [outOfHeads(g, made), key, value];
  },
};

/** What the scores are scaled by, and what is added to them. */
function scoresOf(at: Inputs, query: Value, key: Value, maskAt: number, biasAt: number | null) {
  const { g, node } = at;
  const [, , tokens, size] = g.dims(query);
  const keys = g.dims(key)[2];
  return {
    scale: floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(size),
    bias: biasOf(at, maskAt, biasAt, g.dims(query)[0], keys),
    allowed: [integerAttribute(node, 'unidirectional', 0) === 1 ? upTo(g, tokens, keys, keys - tokens) : null],
  };
}

/** What is added to the scores: a mask of ones and zeros over keys or their number, and a bias of any kind. */
function biasOf(at: Inputs, maskAt: number, biasAt: number | null, batch: number, keys: number): Value | null {
  const { g } = at;
  const bias = biasAt !== null && at.has(biasAt) ? at.input(biasAt) : null;
  if (!at.has(maskAt)) return bias;
  const counts = countsOf(at, g, maskAt, batch, keys);
  const filled = floatAttribute(at.node, 'mask_filter_value', -10000);
  const mask = g.mul(g.sub(1, counts), filled);
  return bias ? g.add(mask, bias) : mask;
}

function countsOf(at: Inputs, g: GraphBuilder, maskAt: number, batch: number, keys: number): Value {
  const dims = at.inputDims(maskAt);
  const mask = at.input(maskAt);
  if (dims.length === 1 && dims[0] === batch) return upToLength(g, mask, keys);
  if (dims.length === 2) return g.float(g.reshape(mask, [dims[0], 1, 1, dims[1]]));
  if (dims.length === 3) return g.float(g.reshape(mask, [dims[0], 1, dims[1], dims[2]]));
  return at.refuse('with a mask of this shape has no gradient here');
}
