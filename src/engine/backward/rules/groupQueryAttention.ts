import type { Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { attend, behindPast, counting, intoHeads, outOfHeads, refuseGiven, sharedHeads } from './attend.js';
import { floatAttribute, integerAttribute } from './attributes.js';
import { rowsAt, turned } from './rotary.js';

/**
 * com.microsoft.GroupQueryAttention, the attention of large language models: several query heads share a key head,
 * features are turned by their position, a token sees those up to itself, or a window of the last ones.
 *
 * Keys of the past stand before those of this call, each sample's own number of them at the front.
 */
export const groupQueryAttention: Definition = {
  by: [0, 1, 2, 3, 4, 10, 11],
  define(at) {
    const { g, node } = at;
    refuseGiven(at, { 12: 'keys of a few bits', 13: 'values of a few bits' });
    const heads = integerAttribute(node, 'num_heads', 1);
    const keyHeads = integerAttribute(node, 'kv_num_heads', heads);
    const [batch, tokens] = at.inputDims(0);
    const [query, key, value] = projected(at, heads, keyHeads);
    // Tokens that each sample has seen before: its keys, the new ones among them, are `seqlens_k` + 1.
    const past = at.has(3) ? at.inputDims(3)[2] : 0;
    const lengths = g.reshape(g.float(at.input(5)), [batch, 1, 1, 1]);
    const seen = past === 0 ? g.filled([batch, 1, 1, 1], 0) : g.sub(g.add(lengths, 1), tokens);
    const turn = turnOf(at, seen);
    const keys = behindPast(at, 3, turn(key));
    const values = behindPast(at, 4, value);
    const softcap = floatAttribute(node, 'softcap', 0);
    const made = attend(g, turn(query), sharedHeads(g, keys, heads), sharedHeads(g, values, heads), {
      scale: floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(g.dims(query)[3]),
      bias: at.has(10) ? at.input(10) : null,
      allowed: allowed(at, { past, tokens, seen }),
      softcap,
      sink: at.has(11) ? at.input(11) : integerAttribute(node, 'smooth_softmax', 0) === 1 ? g.filled([heads], 0) : null,
    });
    // What is handed out is laid out otherwise where samples have pasts of different lengths.
    return [outOfHeads(g, made), ...(past === 0 ? [keys, values] : [])];
  },
};

/** Queries, keys and values by heads; without keys, all three stand one after the other. */
function projected(at: Inputs, heads: number, keyHeads: number): Value[] {
  const { g } = at;
  if (at.has(1)) return [heads, keyHeads, keyHeads].map((count, i) => intoHeads(g, at.input(i), count));
  const size = at.inputDims(0)[2] / (heads + 2 * keyHeads);
  const ends = [heads, heads + keyHeads, heads + 2 * keyHeads].map((end) => end * size);
  return [heads, keyHeads, keyHeads].map((count, i) =>
    intoHeads(g, g.slice(at.input(0), [ends[i - 1] ?? 0], [ends[i]], [2]), count),
  );
}

function turnOf(at: Inputs, seen: Value): (value: Value) => Value {
  const { g, node } = at;
  if (integerAttribute(node, 'do_rotary', 0) !== 1) return (value) => value;
  const [batch, tokens] = at.inputDims(0);
  const positions = at.has(9)
    ? at.input(9)
    : g.op(
        'Cast',
        [g.op('Max', [g.add(g.reshape(seen, [batch, 1]), counting(g, tokens, [1, tokens])), 0])],
        { to: 7 },
        { dims: [batch, tokens] },
      );
  const [cos, sin] = [7, 8].map((cache) => {
    const rows = rowsAt(g, at.input(cache), positions);
    return g.reshape(rows, [batch, 1, tokens, at.inputDims(cache)[1]]);
  });
  const interleaved = integerAttribute(node, 'rotary_interleaved', 0) === 1;
  return (value) => turned(g, value, { cos, sin, interleaved });
}

/** Keys of the past that a sample has, and those of this call up to each token; of the last ones a window. */
function allowed(
  at: Inputs,
  { past, tokens, seen }: { past: number; tokens: number; seen: Value },
): readonly (Value | null)[] {
  const { g, node } = at;
  const window = integerAttribute(node, 'local_window_size', -1);
  const isCausal = integerAttribute(node, 'causal', 1) === 1;
  const [batch] = at.inputDims(0);
  const before = counting(g, past, [1, 1, 1, past]);
  const now = g.add(counting(g, tokens, [1, 1, 1, tokens]), seen);
  const place =
    past === 0 ? now : g.op('Concat', [g.op('Expand', [before, g.ints([batch, 1, 1, past])]), now], { axis: 3 });
  const own = g.add(counting(g, tokens, [1, 1, tokens, 1]), seen);
  const exists =
    past === 0 ? null : g.op('Concat', [g.mask('Less', before, seen), g.filled([batch, 1, 1, tokens], 1)], { axis: 3 });
  return [
    exists,
    isCausal ? g.mask('LessOrEqual', place, own) : null,
    window > 0 ? g.mask('Greater', place, g.sub(own, window)) : null,
  ];
}
