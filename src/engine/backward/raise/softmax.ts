import { integerAttribute } from '../../onnx/graphIndex.js';
import { isNumber } from '../../onnx/shape/index.js';
import { type Change, withAttributes } from './change.js';

/**
 * Softmax, LogSoftmax and Hardmax 13: they went over all axes from `axis` to the last, and go over `axis` alone now. The
 * same where those behind it have one element each. Elsewhere the tensor is flattened, and reshaped as it was.
 */
export const softmax: Change = (node, around) => {
  const shape = around.fact(node.inputs[0])?.shape;
  if (!shape) return null;
  const given = integerAttribute(node, 'axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  if (axis < shape.length && shape.slice(axis + 1).every((dim) => dim === 1)) return [withAttributes(node, { axis })];
  // A Reshape takes a size of 0 for that of the tensor it gets.
  if (!shape.every((dim) => isNumber(dim) && dim > 0)) return null;
  const [size, flat, normalised] = [around.fresh(), around.fresh(), around.fresh()];
  const added = { ...node, name: '', inputs: [node.inputs[0]], attributes: new Map() };
  return [
    { ...added, op: 'Shape', outputs: [size] },
    withAttributes({ ...added, op: 'Flatten', outputs: [flat] }, { axis }),
    withAttributes({ ...node, inputs: [flat], outputs: [normalised] }, { axis: 1 }),
    { ...added, op: 'Reshape', inputs: [normalised, size], outputs: node.outputs },
  ];
};
