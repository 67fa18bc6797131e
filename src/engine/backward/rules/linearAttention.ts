import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { sharedHeads } from './attend.js';
import { floatAttribute, integerAttribute, textAttribute } from './attributes.js';

/** Layers of language models that carry a state from token to token in place of attention (com.microsoft). */

/**
 * A state of key × value features for each head; a token forgets some of it, writes k vᵀ into it, and reads it with its
 * query. With `delta` what is written is what the state does not say of the key yet. Yang et al. 2024,
 * https://arxiv.org/abs/2412.06464. Token by token: the graph grows with them.
 */
export const linearAttention: Definition = {
  by: [0, 1, 2, 3, 4, 5],
  define(at) {
    const { g, node } = at;
    if (integerAttribute(node, 'state_window', 0) > 0) at.refuse('with several states has no gradient here');
    const rule = textAttribute(node, 'update_rule', 'gated_delta');
    const [queryHeads, heads] = ['q_num_heads', 'kv_num_heads'].map((name) => integerAttribute(node, name, 1));
    if (queryHeads < heads) at.refuse('with fewer queries than keys has no gradient here');
    const [batch, tokens, width] = at.inputDims(0);
    const size = width / queryHeads;
    const values = at.inputDims(2)[2] / heads;
    const scale = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(size);
    /** Of one token: batch × heads × rows × columns. */
    const of = (position: number, token: number, own: number, dims: readonly number[]): Value =>
      g.reshape(g.slice(at.input(position), [token], [token + 1], [1]), [batch, own, ...dims]);
    let state = at.has(3) ? at.input(3) : g.filled([batch, heads, size, values], 0);
    const outputs: Value[] = [];
    for (let token = 0; token < tokens; token++) {
      const key = of(1, token, heads, [size, 1]);
      const value = of(2, token, heads, [1, values]);
      if (rule.startsWith('gated')) {
        const isPerKey = at.inputDims(4)[2] === heads * size;
        state = g.mul(state, g.op('Exp', [of(4, token, heads, [isPerKey ? size : 1, 1])]));
      }
      const written = rule.endsWith('delta') ? delta(at, state, key, value, token) : value;
      state = g.add(state, g.op('MatMul', [key, written]));
      const query = g.mul(of(0, token, queryHeads, [1, size]), scale);
      const read = g.op('MatMul', [query, sharedHeads(g, state, queryHeads)]);
      outputs.push(g.reshape(read, [batch, 1, queryHeads * values]));
    }
    return [outputs.length === 1 ? outputs[0] : g.op('Concat', outputs, { axis: 1 }), state];
  },
};

/** β (v - kᵀ S): what the state does not give for the key yet. */
function delta(at: Inputs, state: Value, key: Value, value: Value, token: number): Value {
  const { g } = at;
  const [batch, heads, size] = g.dims(key);
  const own = at.inputDims(5)[2];
  const rate = g.reshape(g.slice(at.input(5), [token], [token + 1], [1]), [batch, own, 1, 1]);
  const known = g.op('MatMul', [g.reshape(key, [batch, heads, 1, size]), state]);
  return g.mul(g.sub(value, known), rate);
}

/** Each channel by itself, seen as far back as its kernel goes, and a state of what was before. */
export const causalConvolution: Definition = {
  by: [0, 1, 2, 3],
  define(at) {
    const { g, node } = at;
    const isPlain = integerAttribute(node, 'ndim', 1) === 1 && integerAttribute(node, 'state_window', 0) === 0;
    if (!isPlain || integerAttribute(node, 'channels_last', 0) === 1) at.refuse('of this layout has no gradient here');
    const [batch, channels, length] = at.inputDims(0);
    const dilation = integerAttribute(node, 'dilation', 1);
    const before = (at.inputDims(1)[2] - 1) * dilation;
    const past = at.has(3) ? at.input(3) : g.filled([batch, channels, before], 0);
    const whole = before > 0 ? g.op('Concat', [past, at.input(0)], { axis: 2 }) : at.input(0);
    const bias = at.has(2) ? at.input(2) : null;
    const made = g.op('Conv', [whole, at.input(1), bias], { group: channels, dilations: [dilation] });
    const isGated = textAttribute(node, 'activation', 'none') !== 'none';
    const state = g.slice(whole, [length], [length + before], [2]);
    return [isGated ? swish(g, made) : made, state];
  },
};

/** Normalised by the root mean square of each group of features, times a gate. */
export const gatedRmsNorm: Definition = {
  define(at) {
    const { g, node } = at;
    if (textAttribute(node, 'activation', 'silu') === 'sigmoid') at.refuse('with this gate has no gradient here');
    const dims = at.inputDims(0);
    const [size] = at.inputDims(1);
    const apart = g.reshape(at.input(0), [...dims.slice(0, -1), dims[dims.length - 1] / size, size]);
    const epsilon = { float: floatAttribute(node, 'epsilon', 1e-5) };
    const made = g.op('RMSNormalization', [apart, at.input(1)], { axis: -1, epsilon }, { dims: g.dims(apart) });
    return [g.mul(g.reshape(made, dims), swish(g, at.input(2)))];
  },
};

const swish = (g: GraphBuilder, value: Value): Value => g.mul(value, g.op('Sigmoid', [value]));
