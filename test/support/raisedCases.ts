import { type AttributeSpec, int64, type NodeSpec, type TensorSpec } from './onnxFile.js';

/** A node of an old operator set, and the newer one that it is raised to. */
export interface RaisedCase {
  op: string;
  opset: number;
  to: number;
  /** Of its first input, which is fed. */
  dims: number[];
  attributes?: NodeSpec['attributes'];
  /** The inputs behind it. */
  constants?: TensorSpec[];
  outputs?: number;
  what?: string;
}

const floats = (...values: number[]): TensorSpec => ({ dims: [values.length], values });
/** "To the end", as exporters write it. */
const toTheEnd = 2n ** 63n - 1n;

const paddings: Record<string, AttributeSpec>[] = [
  { auto_pad: 'SAME_UPPER' },
  { auto_pad: 'SAME_LOWER' },
  { output_shape: [8, 7] },
  { auto_pad: 'VALID', output_shape: [10, 10] },
];

/** What was there before the operators changed, all of it. */
export const raisedCases: RaisedCase[] = [
  {
    op: 'Slice',
    opset: 7,
    to: 12,
    dims: [2, 5, 4],
    attributes: { axes: [1, 2], starts: [1, -3], ends: [toTheEnd, -1n] },
  },
  { op: 'Slice', opset: 9, to: 10, dims: [4, 5], attributes: { starts: [-9, 2], ends: [3, 99] }, what: 'without axes' },
  { op: 'TopK', opset: 7, to: 11, dims: [3, 6], attributes: { k: 2 }, outputs: 2 },
  { op: 'TopK', opset: 9, to: 18, dims: [3, 6], attributes: { k: 3, axis: 0 }, outputs: 2 },
  { op: 'Clip', opset: 7, to: 16, dims: [40], attributes: { min: -0.25, max: 0.75 } },
  { op: 'Clip', opset: 10, to: 13, dims: [40], attributes: { max: 0.125 }, what: 'without a lower bound' },
  { op: 'Clip', opset: 8, to: 11, dims: [40], what: 'without bounds' },
  { op: 'Pad', opset: 7, to: 11, dims: [2, 3], attributes: { pads: [1, 0, 0, 2], value: 0.5 } },
  { op: 'Pad', opset: 10, to: 18, dims: [3, 4], attributes: { pads: [1, 2, 0, 1], mode: 'reflect' } },
  { op: 'Pad', opset: 8, to: 13, dims: [3, 4], attributes: { pads: [-1, 0, 0, -2], mode: 'edge' } },
  { op: 'Squeeze', opset: 7, to: 13, dims: [1, 3, 1, 2], attributes: { axes: [0, 2] } },
  { op: 'Squeeze', opset: 11, to: 17, dims: [1, 3, 1, 2], what: 'of all axes' },
  { op: 'Unsqueeze', opset: 9, to: 13, dims: [3, 2], attributes: { axes: [0, 3] } },
  { op: 'Split', opset: 7, to: 13, dims: [6, 2], attributes: { split: [1, 2, 3] }, outputs: 3 },
  { op: 'Split', opset: 11, to: 18, dims: [2, 6], attributes: { axis: 1 }, outputs: 2, what: 'into equal parts' },
  { op: 'Split', opset: 11, to: 18, dims: [6], attributes: { split: [2, 4] }, outputs: 2 },
  ...['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].flatMap(
    (name): RaisedCase[] => [
      { op: `Reduce${name}`, opset: 7, to: 18, dims: [2, 3, 4], attributes: { axes: [0, 2], keepdims: 0 } },
      { op: `Reduce${name}`, opset: 11, to: 18, dims: [2, 3], what: 'over all axes' },
    ],
  ),
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): RaisedCase[] => [
    { op, opset: 7, to: 13, dims: [3, 5], what: 'over the last axis' },
    { op, opset: 9, to: 13, dims: [2, 8, 1, 1], what: 'over channels of one element' },
    { op, opset: 7, to: 16, dims: [2, 3, 4], what: 'over two axes' },
    { op, opset: 11, to: 18, dims: [2, 3, 4, 2], attributes: { axis: -2 }, what: 'over the last two of four' },
    { op, opset: 12, to: 13, dims: [2, 3], attributes: { axis: 0 }, what: 'over everything' },
  ]),
  ...['nearest', 'linear'].flatMap((mode): RaisedCase[] => [
    {
      op: 'Upsample',
      opset: 7,
      to: 18,
      dims: [1, 2, 3, 5],
      attributes: { mode, scales: new Float32Array([1, 1, 2, 1.5]) },
    },
    { op: 'Upsample', opset: 9, to: 12, dims: [1, 2, 3, 3], attributes: { mode }, constants: [floats(1, 1, 2.5, 3)] },
    { op: 'Resize', opset: 10, to: 13, dims: [1, 2, 4, 3], attributes: { mode }, constants: [floats(1, 1, 1.75, 2)] },
  ]),
  {
    op: 'Resize',
    opset: 10,
    to: 11,
    dims: [1, 1, 6, 6],
    attributes: { mode: 'linear' },
    constants: [floats(1, 1, 0.5, 0.3)],
  },
  {
    op: 'Resize',
    opset: 11,
    to: 13,
    dims: [1, 1, 3, 4],
    constants: [floats(), floats(), int64(1, 1, 7, 2)],
    what: 'to sizes',
  },
  {
    op: 'Resize',
    opset: 11,
    to: 19,
    dims: [1, 1, 3, 4],
    attributes: { mode: 'cubic' },
    constants: [floats(), floats(1, 1, 2, 3)],
  },
  {
    op: 'BatchNormalization',
    opset: 7,
    to: 15,
    dims: [2, 3, 2, 2],
    attributes: { spatial: 1, epsilon: 0.001 },
    constants: [floats(1, 2, 3), floats(0.5, -1, 0), floats(0.1, 0.2, 0.3), floats(1, 0.5, 2)],
  },
  { op: 'Dropout', opset: 7, to: 12, dims: [3, 4], attributes: { ratio: 0.25 } },
  { op: 'Dropout', opset: 9, to: 10, dims: [3, 4], outputs: 2, what: 'with a mask that nobody takes' },
  { op: 'Dropout', opset: 10, to: 13, dims: [3, 4], outputs: 2, what: 'with a mask that nobody takes' },
  {
    op: 'Scatter',
    opset: 9,
    to: 16,
    dims: [3, 2],
    attributes: { axis: 0 },
    constants: [
      { ...int64(2, 0), dims: [1, 2] },
      { dims: [1, 2], values: [7, 8] },
    ],
  },
  {
    op: 'RoiAlign',
    opset: 10,
    to: 16,
    dims: [1, 1, 6, 6],
    attributes: { output_height: 2, output_width: 2, sampling_ratio: 2 },
    constants: [{ dims: [1, 4], values: [0.5, 1, 4, 5] }, int64(0)],
  },
  {
    op: 'GridSample',
    opset: 16,
    to: 20,
    dims: [1, 1, 4, 4],
    attributes: { mode: 'bicubic' },
    constants: [{ dims: [1, 1, 2, 2], values: [0.1, -0.4, 0.8, 0.3] }],
  },
  {
    op: 'GridSample',
    opset: 16,
    to: 20,
    dims: [1, 1, 4, 4],
    constants: [{ dims: [1, 1, 2, 2], values: [0.1, -0.4, 0.8, 0.3] }],
  },
  { op: 'DFT', opset: 17, to: 20, dims: [1, 4, 3, 1], attributes: { axis: 2, onesided: 1 } },
  { op: 'DFT', opset: 17, to: 20, dims: [2, 4, 1], what: 'of the axis that is not stated' },
  {
    op: 'MaxPool',
    opset: 7,
    to: 16,
    dims: [1, 2, 7, 7],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1] },
  },
  {
    op: 'MaxPool',
    opset: 10,
    to: 18,
    dims: [1, 2, 7, 7],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  },
  {
    op: 'AveragePool',
    opset: 7,
    to: 18,
    dims: [1, 2, 7, 7],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], count_include_pad: 1, pads: [1, 1, 1, 1] },
  },
  { op: 'LpPool', opset: 7, to: 18, dims: [1, 2, 7, 7], attributes: { kernel_shape: [3, 2], strides: [2, 1], p: 2 } },
  {
    op: 'ConvTranspose',
    opset: 7,
    to: 16,
    dims: [1, 2, 4, 4],
    attributes: { strides: [2, 2], pads: [1, 0, 0, 1] },
    constants: [{ dims: [2, 1, 3, 3], values: Array.from({ length: 18 }, (_, i) => i / 7 - 1) }],
  },
  { op: 'Affine', opset: 7, to: 12, dims: [2, 3], attributes: { alpha: 1.7, beta: -0.3 } },
  {
    op: 'ImageScaler',
    opset: 7,
    to: 10,
    dims: [2, 3, 2, 2],
    attributes: { scale: 0.7, bias: new Float32Array([1, -0.1, 3.3]) },
  },
  { op: 'Crop', opset: 7, to: 12, dims: [1, 2, 6, 5], attributes: { border: [1, 2, 0, 1] } },
  { op: 'Crop', opset: 9, to: 18, dims: [1, 2, 6, 5], attributes: { border: [1, 2, 0, 0], scale: [3, 2] } },
  // Which side gets the odd element was told the other way round before 11, by mistake; ONNX Runtime does one thing.
  ...paddings.map((padding): RaisedCase => ({
    op: 'ConvTranspose',
    opset: 7,
    to: 16,
    dims: [1, 1, 4, 4],
    attributes: { strides: [2, 2], ...padding },
    constants: [{ dims: [1, 1, 3, 3], values: Array.from({ length: 9 }, (_, i) => i / 7 - 1) }],
    what: Object.entries(padding).join(' '),
  })),
];
