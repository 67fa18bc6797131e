import { integerAttribute, integersAttribute } from '../../onnx/graphIndex.js';
import { type Change, floatAttribute, withAttributes, withInputs } from './change.js';

/** Slice 10: `starts`, `ends` and `axes` became inputs. */
export const slice: Change = (node, around) => {
  const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => integersAttribute(node, name));
  if (!starts || !ends) return null;
  return [
    withInputs(withAttributes(node, { starts: undefined, ends: undefined, axes: undefined }), [
      node.inputs[0],
      around.ints(starts),
      around.ints(ends),
      axes ? around.ints(axes) : '',
    ]),
  ];
};

/** TopK 10: `k` became an input. */
export const topK: Change = (node, around) => {
  const k = integerAttribute(node, 'k', 0);
  return k > 0 ? [withInputs(withAttributes(node, { k: undefined }), [node.inputs[0], around.ints([k])])] : null;
};

/** Clip 11: `min` and `max` became inputs; what is absent has no bound but that of the type, as before. */
export const clip: Change = (node, around) => [
  withInputs(withAttributes(node, { min: undefined, max: undefined }), [
    node.inputs[0],
    ...['min', 'max'].map((name) => {
      const bound = floatAttribute(node, name);
      return bound === null ? '' : around.floats([bound], []);
    }),
  ]),
];

/** Pad 11: `pads` and `value` became inputs. */
export const pad: Change = (node, around) => {
  const pads = integersAttribute(node, 'pads');
  const value = floatAttribute(node, 'value');
  return pads
    ? [
        withInputs(withAttributes(node, { pads: undefined, value: undefined }), [
          node.inputs[0],
          around.ints(pads),
          value === null ? '' : around.floats([value], []),
        ]),
      ]
    : null;
};

/** Squeeze, Unsqueeze and ReduceSum 13, the other reductions 18: `axes` became an input. None, or an empty list, means all. */
export const axes: Change = (node, around) => {
  const listed = integersAttribute(node, 'axes');
  return [
    withInputs(withAttributes(node, { axes: undefined }), [
      node.inputs[0],
      listed && listed.length > 0 ? around.ints(listed) : '',
    ]),
  ];
};

/** Split 13: the sizes of the parts became an input. */
export const split: Change = (node, around) => {
  const sizes = integersAttribute(node, 'split');
  return [withInputs(withAttributes(node, { split: undefined }), [node.inputs[0], sizes ? around.ints(sizes) : ''])];
};

/** Split 18: equal parts are asked for by their number. They were equal before: a remainder was refused. */
export const splitByNumber: Change = (node) =>
  node.inputs[1] ? [node] : [withAttributes(node, { num_outputs: node.outputs.length })];

/** DFT 20: `axis` became an input, with another default. */
export const dft: Change = (node, around) => [
  withInputs(withAttributes(node, { axis: undefined }), [
    node.inputs[0],
    node.inputs[1] ?? '',
    around.ints([integerAttribute(node, 'axis', 1)], []),
  ]),
];
