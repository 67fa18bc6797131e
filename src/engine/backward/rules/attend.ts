import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Inputs } from '../rule.js';
import { swapLast } from './linear.js';

/** So low that softmax makes it 0, and a difference of two of it is no infinity. */
const masked = -1e30;

export interface Scores {
  scale: number;
  /** Added to the scores before softmax; broadcast to them. */
  bias?: Value | null;
  /** 1 where a key counts, 0 where not, each broadcast to the scores: rows without any give 0. */
  allowed?: readonly (Value | null)[];
  softcap?: number;
  /** Beside the keys, something that takes a share and gives nothing: its score for each head. */
  sink?: Value | null;
}

/** softmax(scale q kᵀ + bias) v, all batch × heads × tokens × size. */
export function attend(
  g: GraphBuilder,
  query: Value,
  key: Value,
  value: Value,
  { scale, bias, allowed = [], softcap, sink }: Scores,
): Value {
  let scores = g.op('MatMul', [g.mul(query, scale), swapLast(g, key)]);
  if (softcap) scores = g.mul(g.op('Tanh', [g.div(scores, softcap)]), softcap);
  if (bias) scores = g.add(scores, bias);
  const counted = allowed.filter((mask) => mask !== null);
  const all = counted.length > 0 ? counted.reduce((a, b) => g.mul(a, b)) : null;
  if (all) scores = g.add(scores, g.mul(g.sub(1, all), masked));
  const shares = sink ? withSink(g, scores, sink) : g.op('Softmax', [scores], { axis: -1 });
  return g.op('MatMul', [all ? g.mul(shares, all) : shares, value]);
}

function withSink(g: GraphBuilder, scores: Value, sink: Value): Value {
  const [batch, heads, tokens, keys] = g.dims(scores);
  const column = g.op('Expand', [g.reshape(sink, [1, heads, 1, 1]), g.ints([batch, heads, tokens, 1])]);
  const shares = g.op('Softmax', [g.op('Concat', [scores, column], { axis: 3 })], { axis: -1 });
  return g.slice(shares, [0], [keys], [3]);
}

/** 1 for the keys up to each token, which begin `past` keys before the tokens; 0 for those behind it. */
export function upTo(g: GraphBuilder, tokens: number, keys: number, past = 0): Value {
  const seen = Array.from({ length: tokens * keys }, (_, i) => Number(i % keys <= Math.floor(i / keys) + past));
  return g.floats(seen, [tokens, keys]);
}

/** 0, 1, 2, … as fractions, of these dimensions. */
export const counting = (g: GraphBuilder, count: number, dims: readonly number[]): Value =>
  g.floats(
    Array.from({ length: count }, (_, i) => i),
    dims,
  );

/** 1 for the first keys of each sample. @param lengths batch */
export const upToLength = (g: GraphBuilder, lengths: Value, keys: number): Value =>
  g.mask('Less', counting(g, keys, [keys]), g.reshape(g.float(lengths), [g.dims(lengths)[0], 1, 1, 1]));

/** batch × tokens × (heads × size) to batch × heads × tokens × size. */
export function intoHeads(g: GraphBuilder, value: Value, heads: number): Value {
  const dims = g.dims(value);
  if (dims.length === 4) return value;
  const [batch, tokens, width] = dims;
  return g.transpose(g.reshape(value, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

export function outOfHeads(g: GraphBuilder, value: Value): Value {
  const [batch, heads, tokens, size] = g.dims(value);
  return g.reshape(g.transpose(value, [0, 2, 1, 3]), [batch, tokens, heads * size]);
}

/** Each key head for the query heads that share it. */
export function sharedHeads(g: GraphBuilder, value: Value, heads: number): Value {
  const [batch, own, tokens, size] = g.dims(value);
  if (own === heads) return value;
  const repeated = g.op('Expand', [
    g.reshape(value, [batch, own, 1, tokens, size]),
    g.ints([batch, own, heads / own, tokens, size]),
  ]);
  return g.reshape(repeated, [batch, heads, tokens, size]);
}

/** Keys or values of tokens before, and those of these; batch × heads × tokens × size. */
export const behindPast = (at: Inputs, past: number, value: Value): Value =>
  at.has(past) && at.inputDims(past)[2] > 0 ? at.g.op('Concat', [at.input(past), value], { axis: 2 }) : value;

export const refuseGiven = (at: Inputs, positions: Record<number, string>): void => {
  for (const [position, what] of Object.entries(positions)) {
    if (at.has(Number(position))) at.refuse(`with ${what} has no gradient here`);
  }
};
