import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { floatAttribute, integerAttribute, integersAttribute } from './attributes.js';
import { swapLast } from './linear.js';

/** So low that softmax makes it 0, and a difference of two of it is no infinity. */
const masked = -1e30;

interface Scores {
  scale: number;
  /** Added to the scores before softmax; broadcast to them. */
  bias?: Value | null;
  /** 1 where a key counts, 0 where not: rows without any give 0. */
  allowed?: Value | null;
  causal?: boolean;
  softcap?: number;
}

/** softmax(scale q kᵀ + bias) v, all batch × heads × tokens × size. */
function attend(
  g: GraphBuilder,
  query: Value,
  key: Value,
  value: Value,
  { scale, bias, allowed, causal, softcap }: Scores,
): Value {
  let scores = g.op('MatMul', [g.mul(query, scale), swapLast(g, key)]);
  if (softcap) scores = g.mul(g.op('Tanh', [g.div(scores, softcap)]), softcap);
  if (bias) scores = g.add(scores, bias);
  const counted = [allowed ?? null, causal ? upTo(g, g.dims(scores)) : null].filter((mask) => mask !== null);
  const all = counted.length === 2 ? g.mul(counted[0], counted[1]) : counted[0];
  if (all) scores = g.add(scores, g.mul(g.sub(1, all), masked));
  const shares = g.op('Softmax', [scores], { axis: -1 });
  return g.op('MatMul', [all ? g.mul(shares, all) : shares, value]);
}

/** 1 for the keys up to each token, 0 for those behind it. */
function upTo(g: GraphBuilder, scores: readonly number[]): Value {
  const [tokens, keys] = scores.slice(-2);
  const seen = Array.from({ length: tokens * keys }, (_, i) => Number(i % keys <= Math.floor(i / keys)));
  return g.floats(seen, [tokens, keys]);
}

/** batch × tokens × (heads × size) to batch × heads × tokens × size. */
function intoHeads(g: GraphBuilder, value: Value, heads: number): Value {
  const dims = g.dims(value);
  if (dims.length === 4) return value;
  const [batch, tokens, width] = dims;
  return g.transpose(g.reshape(value, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

function outOfHeads(g: GraphBuilder, value: Value): Value {
  const [batch, heads, tokens, size] = g.dims(value);
  return g.reshape(g.transpose(value, [0, 2, 1, 3]), [batch, tokens, heads * size]);
}

const refuseGiven = (at: Inputs, positions: Record<number, string>): void => {
  for (const [position, what] of Object.entries(positions)) {
    if (at.has(Number(position))) at.refuse(`with ${what} has no gradient here`);
  }
};

/** ONNX's own (opset 23): several query heads may share a key head. */
export const attention: Definition = {
  by: [0, 1, 2, 3],
  define(at) {
    const { g, node } = at;
    refuseGiven(at, { 4: 'past keys', 5: 'past values', 6: 'padded sequences' });
    if (node.outputs.slice(1).some((name) => name !== ''))
      at.refuse('that hands out its keys or scores has no gradient here');
    const isMask = at.has(3) && at.type(3) === 'bool';
    const isFlat = at.inputDims(0).length === 3;
    const queryHeads = integerAttribute(node, 'q_num_heads', 0);
    const keyHeads = integerAttribute(node, 'kv_num_heads', 0);
    const query = intoHeads(g, at.input(0), queryHeads);
    const [key, value] = [1, 2].map((i) => sharedHeads(g, intoHeads(g, at.input(i), keyHeads), g.dims(query)[1]));
    const made = attend(g, query, key, value, {
      scale: floatAttribute(node, 'scale', 1 / Math.sqrt(g.dims(query)[3])),
      bias: at.has(3) && !isMask ? at.input(3) : null,
      allowed: isMask ? g.float(at.input(3)) : null,
      causal: integerAttribute(node, 'is_causal', 0) === 1,
      softcap: floatAttribute(node, 'softcap', 0),
    });
    return [isFlat ? outOfHeads(g, made) : made];
  },
};

/** Each key head for the query heads that share it. */
function sharedHeads(g: GraphBuilder, value: Value, heads: number): Value {
  const [batch, own, tokens, size] = g.dims(value);
  if (own === heads) return value;
  const repeated = g.op('Expand', [
    g.reshape(value, [batch, own, 1, tokens, size]),
    g.ints([batch, own, heads / own, tokens, size]),
  ]);
  return g.reshape(repeated, [batch, heads, tokens, size]);
}

/** com.microsoft.Attention: projects one input to queries, keys and values first. */
export const fusedAttention: Definition = {
  by: [0, 1, 2, 5],
  define(at) {
    const { g, node } = at;
    refuseGiven(at, { 4: 'past keys' });
    if (node.outputs.slice(1).some((name) => name !== '')) at.refuse('that hands out its keys has no gradient here');
    const heads = integerAttribute(node, 'num_heads', 1);
    const width = at.inputDims(1)[1];
    const widths = integersAttribute(node, 'qkv_hidden_sizes') ?? [width / 3, width / 3, width / 3];
    const product = g.op('MatMul', [at.input(0), at.input(1)]);
    const projected = at.has(2) ? g.add(product, at.input(2)) : product;
    const part = (i: number): Value => {
      const from = widths.slice(0, i).reduce((sum, size) => sum + size, 0);
      return intoHeads(g, g.slice(projected, [from], [from + widths[i]], [2]), heads);
    };
    const query = part(0);
    const made = attend(g, query, part(1), part(2), {
      scale: floatAttribute(node, 'scale', 1 / Math.sqrt(g.dims(query)[3])),
      bias: biasOf(at, 3, 5),
      causal: integerAttribute(node, 'unidirectional', 0) === 1,
    });
    return [outOfHeads(g, made)];
  },
};

/** com.microsoft.MultiHeadAttention: queries, keys and values that are projected already. */
export const multiHeadAttention: Definition = {
  by: [0, 1, 2, 3, 5],
  define(at) {
    const { g, node } = at;
    refuseGiven(at, { 6: 'past keys', 7: 'past values' });
    if (!at.has(1) || !at.has(2) || at.inputDims(0).length !== 3)
      at.refuse('of packed queries and keys has no gradient here');
    if (node.outputs.slice(1).some((name) => name !== '')) at.refuse('that hands out its keys has no gradient here');
    const heads = integerAttribute(node, 'num_heads', 1);
    const widths = [0, 1, 2].map((i) => (at.inputDims(i).length === 3 ? at.inputDims(i)[2] : 0));
    const part = (i: number): Value => {
      const value = at.input(i);
      const from = widths.slice(0, i).reduce((sum, size) => sum + size, 0);
      const bias = at.has(3) && widths[i] > 0 ? g.slice(at.input(3), [from], [from + widths[i]], [0]) : null;
      return intoHeads(g, bias ? g.add(value, bias) : value, heads);
    };
    const query = part(0);
    const made = attend(g, query, part(1), part(2), {
      scale: floatAttribute(node, 'scale', 1 / Math.sqrt(g.dims(query)[3])),
      bias: biasOf(at, 4, 5),
      causal: integerAttribute(node, 'unidirectional', 0) === 1,
    });
    return [outOfHeads(g, made)];
  },
};

/** What is added to the scores: a mask of ones and zeros over keys, and a bias of any kind. */
function biasOf(at: Inputs, maskAt: number, biasAt: number): Value | null {
  const { g } = at;
  const bias = at.has(biasAt) ? at.input(biasAt) : null;
  if (!at.has(maskAt)) return bias;
  const dims = at.inputDims(maskAt);
  if (dims.length !== 2 && dims.length !== 3) at.refuse('with a mask of this shape has no gradient here');
  const shape = dims.length === 2 ? [dims[0], 1, 1, dims[1]] : [dims[0], 1, dims[1], dims[2]];
  const filled = floatAttribute(at.node, 'mask_filter_value', -10000);
  const mask = g.mul(g.sub(1, g.float(g.reshape(at.input(maskAt), shape))), filled);
  return bias ? g.add(mask, bias) : mask;
}
