import type { Dimension } from '../../../shared/model.js';
import { integerAttribute } from '../graphIndex.js';
import { broadcast, isNumber, type Rule, type Shape, unknown } from './facts.js';

/** A' × B' of two matrices; the positions of A and B differ in the quantised forms. */
export const gemm =
  (a: number, b: number): Rule =>
  ({ node, shape }) => {
    const left = shape(a);
    const right = shape(b);
    const rows = left?.length === 2 ? left[integerAttribute(node, 'transA', 0) ? 1 : 0] : null;
    const columns = right?.length === 2 ? right[integerAttribute(node, 'transB', 0) ? 0 : 1] : null;
    return [{ shape: [rows, columns] }];
  };

/** Numpy's matmul. */
export const matmul =
  (a: number, b: number): Rule =>
  ({ node, shape }) => {
    const left = swapped(shape(a), integerAttribute(node, 'transA', 0) === 1);
    const right = swapped(shape(b), integerAttribute(node, 'transB', 0) === 1);
    if (!left || !right || left.length === 0 || right.length === 0) {
      return [unknown];
    }
    const batch = broadcast([left.slice(0, -2), right.slice(0, -2)])!;
    const rows = left.length > 1 ? [left[left.length - 2]] : [];
    const columns = right.length > 1 ? [right[right.length - 1]] : [];
    return [{ shape: [...batch, ...rows, ...columns] }];
  };

function swapped(shape: Shape | null, swap: boolean): Shape | null {
  return shape && swap && shape.length > 1
    ? [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]]
    : shape;
}

/** com.microsoft.MatMulNBits and its kin: the weight's size stands in attributes. */
export const blockQuantisedMatmul: Rule = ({ node, shape }) => {
  const input = shape(0);
  return [input ? { shape: [...input.slice(0, -1), integerAttribute(node, 'N', 0) || null] } : unknown];
};

/**
 * LSTM, GRU, RNN: Y is sequence × directions × batch × hidden, Y_h (and Y_c) directions × batch × hidden. With `layout`
 * 1 the batch comes first: batch × sequence × directions × hidden, batch × directions × hidden.
 */
export const recurrent: Rule = ({ node, shape }) => {
  const input = shape(0);
  const weight = shape(2);
  const hidden: Dimension = weight ? weight[weight.length - 1] : integerAttribute(node, 'hidden_size', 0) || null;
  const directions: Dimension = weight && isNumber(weight[0]) ? weight[0] : null;
  const batchFirst = integerAttribute(node, 'layout', 0) === 1;
  const [first, second] = input ?? [null, null];
  const all: Shape = [first, batchFirst ? second : directions, batchFirst ? directions : second, hidden];
  const last: Shape = batchFirst ? [first, directions, hidden] : [directions, second, hidden];
  return [{ shape: all }, { shape: last }, { shape: last }];
};

/** com.microsoft.Attention: the projection's bias holds query, key and value one after the other. */
export const fusedAttention: Rule = ({ node, shape }) => {
  const input = shape(0);
  const weight = shape(1);
  const sizes = node.attributes.get('qkv_hidden_sizes');
  const last = weight?.[weight.length - 1];
  const hidden = sizes?.type === 'ints' ? sizes.value[2] : isNumber(last) ? last / 3 : null;
  return [input ? { shape: [...input.slice(0, -1), hidden] } : unknown];
};

/** com.microsoft.EmbedLayerNormalization: a vector of the first table's for each token; a number a sequence, the sum before the norm. */
export const fusedEmbedding: Rule = ({ shape }) => {
  const tokens = shape(0);
  const hidden = shape(2)?.at(-1) ?? null;
  const all = tokens ? { shape: [...tokens, hidden] } : unknown;
  return [all, tokens ? { shape: tokens.slice(0, 1) } : unknown, all];
};

/** Einstein summation with one letter an axis; an ellipsis is not followed. */
export const einsum: Rule = ({ node, shape }) => {
  const attribute = node.attributes.get('equation');
  const equation = attribute?.type === 'string' ? attribute.value.replace(/\s/g, '') : '';
  const [left, right] = equation.split('->');
  if (right === undefined || equation.includes('.')) {
    return [unknown];
  }
  const sizes = new Map<string, Dimension>();
  left.split(',').forEach((letters, position) => {
    const dims = shape(position);
    [...letters].forEach((letter, axis) => {
      const known = sizes.get(letter);
      sizes.set(letter, isNumber(known) ? known : (dims?.[axis] ?? known ?? null));
    });
  });
  return [{ shape: [...right].map((letter) => sizes.get(letter) ?? null) }];
};

/**
 * ONNX's own Attention (opset 23): queries and values are batch × tokens × (heads × size), or batch × heads × tokens ×
 * size.
 */
export const attention: Rule = ({ node, shape }) => {
  const query = shape(0);
  const value = shape(2);
  const last = value?.[value.length - 1] ?? null;
  if (query?.length === 4) {
    return [{ shape: [...query.slice(0, 3), last] }];
  }
  const perHead = isNumber(last) ? last / integerAttribute(node, 'kv_num_heads', 1) : null;
  const hidden = perHead === null ? null : perHead * integerAttribute(node, 'q_num_heads', 1);
  return [query?.length === 3 ? { shape: [query[0], query[1], hidden] } : unknown];
};
