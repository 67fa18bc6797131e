import { isNumber } from '../../onnx/shape/index.js';
import { textAttribute } from '../../onnx/graphIndex.js';
import { type Change, withAttributes, withInputs } from './change.js';

/** Upsample 9: `scales` became an input. */
export const upsampleScales: Change = (node, around) => {
  const scales = node.attributes.get('scales');
  return scales?.type === 'floats'
    ? [
        withInputs(withAttributes(node, { scales: undefined }), [
          node.inputs[0],
          around.floats(scales.value, [scales.value.length]),
        ]),
      ]
    : null;
};

/** Resize 10 took the place of Upsample, and did the same. */
export const upsample: Change = (node) => [{ ...node, op: 'Resize' }];

/**
 * Resize 11: places and neighbours are chosen by attributes, whose defaults are not what had been done: x / scale, and the
 * element before it. Which one that was where a picture gets smaller, the text did not say.
 */
export const resize: Change = (node, around) => {
  const mode = textAttribute(node, 'mode', 'nearest');
  const scales = around.fact(node.inputs[1])?.values;
  if (mode === 'nearest' && !scales?.every((scale) => isNumber(scale) && scale >= 1)) return null;
  return [
    withInputs(
      withAttributes(node, {
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: mode === 'nearest' ? 'floor' : undefined,
      }),
      [node.inputs[0], around.floats([], [0]), node.inputs[1]],
    ),
  ];
};

/** Resize 13: one of `scales` and `sizes` is absent, which had been an empty tensor; one way to choose places went. */
export const resizeSizes: Change = (node) => {
  if (textAttribute(node, 'coordinate_transformation_mode', '') === 'tf_half_pixel_for_nn') return null;
  const [x, roi, scales, sizes] = node.inputs;
  return sizes ? [withInputs(node, [x, roi, '', sizes])] : [withInputs(node, [x, roi, scales])];
};
