import { integerAttribute, textAttribute } from '../../onnx/graphIndex.js';
import { axes, clip, dft, pad, slice, split, splitByNumber, topK } from './attributesToInputs.js';
import { type Change, uncertain, withAttributes } from './change.js';
import { resize, resizeSizes, upsample, upsampleScales } from './resize.js';
import { affine, crop, imageScaler } from './runtimesOwn.js';
import { softmax } from './softmax.js';

/** BatchNormalization 9: statistics of each element, without `spatial`, are gone. */
const spatial: Change = (node) =>
  integerAttribute(node, 'spatial', 1) === 1 ? [withAttributes(node, { spatial: undefined })] : null;

/** BatchNormalization 14: further outputs, which only training had, became others. */
const oneOutput: Change = (node) => (node.outputs.slice(1).every((name) => name === '') ? [node] : null);

/** Dropout 10: the mask became boolean. */
const dropoutMask: Change = (node, around) => {
  if (node.outputs.length === 1) return [node];
  return node.outputs.slice(1).some(around.isUsed) ? null : [{ ...node, outputs: node.outputs.slice(0, 1) }];
};

/** Dropout 12: `ratio` became an input; outside of training it counts nothing. */
const dropoutRatio: Change = (node, around) => dropoutMask(withAttributes(node, { ratio: undefined }), around);

/** Pools that round the number of windows up: which of them count, and how much, was said differently in each version. */
const noCeil: Change = (node) => (integerAttribute(node, 'ceil_mode', 0) === 0 ? [node] : null);

/** GridSample 20: modes have other names. */
const gridModes: Change = (node) => {
  const mode = textAttribute(node, 'mode', 'bilinear');
  return [withAttributes(node, { mode: { bilinear: 'linear', bicubic: 'cubic' }[mode] ?? mode })];
};

/** RoiAlign 16: shifts by half an element unless told not to; before, it could not. */
const unshifted: Change = (node) => [withAttributes(node, { coordinate_transformation_mode: 'output_half_pixel' })];

/** Scatter's name became ScatterElements. */
const scatterElements: Change = (node) => [{ ...node, op: 'ScatterElements' }];

const reduction = { 18: axes };
const flattening = { 13: softmax };

/** By operator and version: what changed so that a node must be written otherwise, or can't be told to be the same. */
export const changes: Readonly<Record<string, Readonly<Record<number, Change>>>> = {
  Affine: { 10: affine },
  Crop: { 10: crop },
  ImageScaler: { 10: imageScaler },
  // What ONNX Runtime has under these names in older sets are operators of its own.
  LayerNormalization: { 17: uncertain },
  MeanVarianceNormalization: { 9: uncertain },
  ThresholdedRelu: { 10: uncertain },

  // ONNX Runtime divides otherwise from here on.
  AveragePool: { 19: uncertain },
  BatchNormalization: { 9: spatial, 14: oneOutput },
  Clip: { 11: clip },
  DFT: { 20: dft },
  Dropout: { 10: dropoutMask, 12: dropoutRatio },
  GridSample: { 20: gridModes },
  // Scales and biases of groups became those of channels.
  GroupNormalization: { 21: uncertain },
  Hardmax: flattening,
  LogSoftmax: flattening,
  MaxPool: { 22: noCeil },
  // A negative index meant that nothing is hot, and counts from the end.
  OneHot: { 11: uncertain },
  Pad: { 11: pad },
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSum: { 13: axes },
  ReduceSumSquare: reduction,
  Resize: { 11: resize, 13: resizeSizes },
  RoiAlign: { 16: unshifted },
  // Batches and lengths of sequences are gone.
  Scan: { 9: uncertain },
  Scatter: { 11: scatterElements },
  Slice: { 10: slice },
  Softmax: flattening,
  Split: { 13: split, 18: splitByNumber },
  Squeeze: { 13: axes },
  TopK: { 10: topK },
  Unsqueeze: { 13: axes },
  Upsample: { 9: upsampleScales, 10: upsample },
};
