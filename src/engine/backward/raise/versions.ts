/**
 * Operators of the default set and the versions from 8 to 23 in which they changed, by those versions. Unless `changes`
 * names the version too, what a node did before it still does: more types are allowed, an attribute came whose default
 * is what had been done, or the text says more clearly what it meant. Source: docs/Changelog.md of onnx/onnx;
 * Affine, Crop and ImageScaler are ONNX Runtime's own, in the same domain up to version 9.
 */
const operators: Readonly<Record<string, string>> = {
  '': 'And Not Or Xor',
  '8 9 11 16 19 21 23': 'Scan',
  '8 10 11 12 22': 'MaxPool',
  '8 12 13': 'Max Min',
  '8 13': 'Expand Mean Sum',
  '9': 'Shrink',
  '9 10': 'Upsample',
  '9 11': 'Compress OneHot Scatter',
  '9 11 12 13 19 21 23': 'Constant',
  '9 11 13': 'Gemm',
  '9 11 13 21 23': 'Flatten',
  '9 11 22': 'MaxUnpool',
  '9 13': 'Erf Greater Less MatMul MeanVarianceNormalization NonZero Sign',
  '9 13 19 21 23': 'Cast',
  '9 13 20': 'IsNaN',
  '9 14 15': 'BatchNormalization',
  '9 16': 'PRelu Where',
  '9 20 21 23': 'ConstantOfShape',
  '9 22': 'Acosh Asinh Atanh Cosh EyeLike Sinh',
  '10': 'Affine ConvInteger Crop ImageScaler MatMulInteger QLinearConv ReverseSequence',
  '10 11': 'NonMaxSuppression TopK',
  '10 11 13': 'Slice',
  '10 11 13 18 19': 'Resize',
  '10 11 19 22': 'AveragePool',
  '10 12 13 22': 'Dropout',
  '10 13': 'Mod',
  '10 13 19 21 23': 'DequantizeLinear QuantizeLinear',
  '10 16 22': 'RoiAlign',
  '10 20': 'IsInf',
  '10 21': 'QLinearMatMul',
  '10 22': 'ThresholdedRelu',
  '11': 'BitShift DynamicQuantizeLinear Range Unique',
  '11 12 13': 'ArgMax ArgMin Clip GatherND',
  '11 12 13 18 20': 'ReduceMax ReduceMin',
  '11 13': 'Concat DepthToSpace Gather GatherElements Hardmax LogSoftmax ReduceSum Softmax',
  '11 13 16 18': 'ScatterElements ScatterND',
  '11 13 16 19 21 23': 'If Loop',
  '11 13 18': 'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMean ReduceProd ReduceSumSquare Split',
  '11 13 18 19 21 23': 'Pad',
  '11 13 19': 'Equal',
  '11 13 21 23': 'Squeeze Unsqueeze',
  '11 14': 'CumSum',
  '11 18 22': 'LpPool',
  '11 22': 'Conv ConvTranspose Det Round',
  '12': 'Celu Einsum',
  '12 13': 'SoftmaxCrossEntropyLoss',
  '12 13 15': 'Pow',
  '12 13 22': 'NegativeLogLikelihoodLoss',
  '12 16': 'GreaterOrEqual LessOrEqual',
  '13': 'Abs Ceil Exp Floor LRN Log Neg Reciprocal Sigmoid SpaceToDepth Sqrt Tanh Tile',
  '13 14': 'Add Div Mul Relu Sub',
  '13 14 16 19 21 23': 'Identity',
  '13 14 19 21 23': 'Reshape',
  '13 15 19 21 23': 'Shape',
  '13 19 21 23': 'Size',
  '13 21 23': 'Transpose',
  '14': 'Trilu',
  '14 22': 'GRU HardSwish LSTM RNN',
  '15 19 21 23': 'CastLike',
  '15 22': 'Bernoulli',
  '16': 'LeakyRelu',
  '16 20 22': 'GridSample',
  '17': 'BlackmanWindow HammingWindow HannWindow LayerNormalization MelWeightMatrix STFT',
  '17 20': 'DFT',
  '18': 'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im',
  '18 21': 'GroupNormalization',
  '18 22': 'Mish',
  '19 22': 'DeformConv',
  '20': 'AffineGrid Gelu',
  '22': 'Acos Asin Atan Cos Elu GlobalAveragePool GlobalLpPool GlobalMaxPool HardSigmoid InstanceNormalization LpNormalization MaxRoiPool Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike Selu Sin Softplus Softsign Tan',
  '23': 'Attention RMSNormalization RotaryEmbedding',
};

/** By operator, the versions after 7 in which it came or changed. Those that are not here are not known. */
export const versions: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries(operators).flatMap(([listed, names]) => {
    const changed = listed === '' ? [] : listed.split(' ').map(Number);
    return names.split(' ').map((name) => [name, changed] as const);
  }),
);

/** The versions of the default operator set between which nodes can be raised. */
export const oldest = 7;
export const newest = 23;
