/** Coarse kinds, by which a class in the code and an operator in the model can be said not to belong together. */
export type OperatorKind =
  'convolution' | 'transposed' | 'linear' | 'norm' | 'recurrent' | 'activation' | 'embedding' | 'pooling' | 'silent';

const classes: readonly (readonly [RegExp, OperatorKind])[] = [
  [/Conv\w*Transpose|Transpose\w*Conv|Deconv/, 'transposed'],
  [/^(Lazy|Quant|Q|Separable|Depthwise)*Conv(_?[123][dD])?$|^DepthwiseConv2D$|^SeparableConv/, 'convolution'],
  [/^(Lazy|Quant|Q)*(Linear|Dense|Bilinear|NonDynamicallyQuantizableLinear|DenseGeneral|Einsum)$/, 'linear'],
  [/Norm(alization)?([123]?[dD])?$/, 'norm'],
  [/^(LSTM|GRU|RNN|SimpleRNN|LSTMCell|GRUCell|RNNCell|Bidirectional)$/, 'recurrent'],
  [
    /^(ReLU6?|LeakyReLU|PReLU|RReLU|ELU|CELU|SELU|GELU|SiLU|Swish|Mish|Sigmoid|LogSigmoid|Tanh|Softplus|Softsign|Softmax|LogSoftmax|Hardtanh|Hardswish|Hardsigmoid|GLU|Activation|Threshold|Softmin|Tanhshrink)$/,
    'activation',
  ],
  [/^(Embedding|EmbeddingBag|Embed)$/, 'embedding'],
  [/Pool(ing)?([123]?[dD])?$/, 'pooling'],
  [
    /^(Dropout|Dropout[123]d|AlphaDropout|SpatialDropout[123]D|Identity|Flatten|Unflatten|Reshape|Permute|InputLayer|Input|Upsample|UpSampling2D|ZeroPad2d|ZeroPadding2D|PixelShuffle|Rescaling|Normalization|DropPath|StochasticDepth|\w*Loss)$/,
    'silent',
  ],
];

/** Of a framework's class, by the last part of its name; null for those that tell nothing. */
export function kindOfClass(name: string): OperatorKind | null {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return classes.find(([pattern]) => pattern.test(last))?.[1] ?? null;
}

const operators: readonly (readonly [RegExp, OperatorKind])[] = [
  [/ConvTranspose/, 'transposed'],
  [/Conv/, 'convolution'],
  [/Gemm|MatMul|QLinearAdd|FullyConnected/, 'linear'],
  [/Norm/, 'norm'],
  [/^(LSTM|GRU|RNN)$/, 'recurrent'],
  [
    /^(Relu|LeakyRelu|PRelu|Elu|Celu|Selu|Gelu|Sigmoid|Tanh|Softplus|Softsign|Softmax|LogSoftmax|HardSigmoid|HardSwish|Clip|Mish|ThresholdedRelu|Erf|Swish|FastGelu)$/,
    'activation',
  ],
  [/Pool/, 'pooling'],
  [/^Gather$/, 'embedding'],
];

export function kindOfOperator(op: string): OperatorKind | null {
  const last = op.slice(op.lastIndexOf('.') + 1);
  return operators.find(([pattern]) => pattern.test(last))?.[1] ?? null;
}
