import { integersAttribute } from '../../onnx/graphIndex.js';
import type { Node } from '../../onnx/index.js';
import { toEnd } from '../emit/graphBuilder.js';
import { type Change, floatAttribute } from './change.js';

/*
 * Operators that were never in ONNX but tried out in its domain, which ONNX Runtime has up to set 9
 * (onnxruntime/core/graph/contrib_ops/contrib_defs.cc). Networks of Core ML's converters have them.
 */

/** alpha x + beta */
export const affine: Change = (node, around) => {
  const [alpha, beta] = [floatAttribute(node, 'alpha') ?? 1, floatAttribute(node, 'beta') ?? 0];
  return scaled(node, around.floats([alpha], []), around.floats([beta], []), around.fresh());
};

/** scale x + bias, with one bias a channel. */
export const imageScaler: Change = (node, around) => {
  const bias = node.attributes.get('bias');
  if (bias?.type !== 'floats') return null;
  const scale = around.floats([floatAttribute(node, 'scale') ?? 1], []);
  return scaled(node, scale, around.floats(bias.value, [bias.value.length, 1, 1]), around.fresh());
};

function scaled(node: Node, factor: string, summand: string, product: string): Node[] {
  const plain = { ...node, attributes: new Map() };
  return [
    { ...plain, op: 'Mul', name: '', inputs: [node.inputs[0], factor], outputs: [product] },
    { ...plain, op: 'Add', inputs: [product, summand] },
  ];
}

/** Takes (left, top, right, bottom) away from a picture, or leaves `scale` rows and columns behind left and top. */
export const crop: Change = (node, around) => {
  const border = integersAttribute(node, 'border');
  const size = integersAttribute(node, 'scale');
  if (border?.length !== 4) return null;
  const [left, top, right, bottom] = border;
  const end = (less: number): number => (less === 0 ? toEnd : -less);
  const ends = size ? [top + size[0], left + size[1]] : [end(bottom), end(right)];
  const inputs = [node.inputs[0], around.ints([top, left]), around.ints(ends), around.ints([2, 3])];
  return [{ ...node, op: 'Slice', inputs, attributes: new Map() }];
};
