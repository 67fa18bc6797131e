import type { Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { attend, behindPast, counting, intoHeads, outOfHeads, sharedHeads, upTo, upToLength } from './attend.js';
import { floatAttribute, integerAttribute } from './attributes.js';

/** ONNX's own (opset 23): several query heads may share a key head. */
export const attention: Definition = {
  by: [0, 1, 2, 3, 4, 5],
  define(at) {
    const { g, node } = at;
    const isMask = at.has(3) && at.type(3) === 'bool';
    const isFlat = at.inputDims(0).length === 3;
    const query = intoHeads(g, at.input(0), integerAttribute(node, 'q_num_heads', 0));
    const [, heads, tokens, size] = g.dims(query);
    const [keys, values] = [1, 2].map((i) =>
      behindPast(at, i + 3, intoHeads(g, at.input(i), integerAttribute(node, 'kv_num_heads', 0))),
    );
    const [key, value] = [keys, values].map((part) => sharedHeads(g, part, heads));
    const count = g.dims(key)[2];
    const made = attend(g, query, key, value, {
      scale: floatAttribute(node, 'scale', 1 / Math.sqrt(size)),
      bias: at.has(3) && !isMask ? at.input(3) : null,
      allowed: [
        isMask ? g.float(at.input(3)) : null,
        at.has(6) ? upToLength(g, at.input(6), count) : null,
        integerAttribute(node, 'is_causal', 0) === 1 ? causal(at, tokens, count) : null,
      ],
      softcap: floatAttribute(node, 'softcap', 0),
    });
    return [isFlat ? outOfHeads(g, made) : made, keys, values];
  },
};

/** A token sees the keys up to its own place: behind those of the past, or at the end of what is no padding. */
function causal(at: Inputs, tokens: number, keys: number): Value {
  const { g } = at;
  if (!at.has(6)) return upTo(g, tokens, keys, at.has(4) ? at.inputDims(4)[2] : 0);
  const last = g.sub(g.reshape(g.float(at.input(6)), [at.inputDims(6)[0], 1, 1, 1]), tokens);
  return g.mask('LessOrEqual', counting(g, keys, [keys]), g.add(counting(g, tokens, [tokens, 1]), last));
}
