import type { Node } from './model.js';

/** What a layer does. Everything that treats layers by kind asks here. */
export type LayerKind =
  'convolution' | 'linear' | 'recurrent' | 'attention' | 'activation' | 'norm' | 'residual' | 'function';

const words = (text: string): string[] => text.trim().split(/\s+/);

const kinds = new Map<string, LayerKind>([
  ...words('Conv ConvTranspose ConvInteger QLinearConv FusedConv NhwcConv NhwcFusedConv').map(
    (op) => [op, 'convolution'] as const,
  ),
  ...words(
    `Gemm MatMul QLinearMatMul MatMulInteger FusedGemm FusedMatMul QGemm DynamicQuantizeMatMul MatMulIntegerToFloat
     MatMulNBits MatMulBnb4`,
  ).map((op) => [op, 'linear'] as const),
  ...words('LSTM GRU RNN DynamicQuantizeLSTM').map((op) => [op, 'recurrent'] as const),
  ...words('Attention MultiHeadAttention GroupQueryAttention PackedAttention QAttention DecoderAttention').map(
    (op) => [op, 'attention'] as const,
  ),
  ...words(
    `BatchNormalization InstanceNormalization LayerNormalization GroupNormalization GroupNorm RMSNormalization
     SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization EmbedLayerNormalization LRN
     MeanVarianceNormalization LpNormalization`,
  ).map((op) => [op, 'norm'] as const),
  ...words(
    `Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Clip Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Gelu
     Mish Swish BiasGelu FastGelu QuickGelu QLinearLeakyRelu QLinearSigmoid ScaledTanh ParametricSoftplus Erf`,
  ).map((op) => [op, 'activation'] as const),
  ...words('Add Sum QLinearAdd').map((op) => [op, 'residual'] as const),
]);

/** By operator alone; whether the node really is such a layer depends on its inputs. */
export const kindOf = (node: Node): LayerKind | null => kinds.get(node.op) ?? null;

/** Element by element, of one operand or of several. (Their constants are single numbers where that matters.) */
export const elementwise: ReadonlySet<string> = new Set([
  ...words('Abs Add Cast Ceil Cos Div Dropout Exp Floor Identity Log Max Min Mul Neg Pow Reciprocal Sign Sin Sqrt Sub'),
  ...[...kinds].filter(([, kind]) => kind === 'activation').map(([op]) => op),
]);

/** Hand their first input on, scaled, dropped out or cast: the same units with the same meaning. */
export const passing: ReadonlySet<string> = new Set(
  words('Identity Cast Dropout QuantizeLinear DequantizeLinear CastLike BiasDropout'),
);

/** Inputs that hold learned numbers. Of a batch norm, scale and shift: its statistics are measured, not learned. */
const learned = new Map<string, readonly number[]>([
  ...words('Conv ConvTranspose FusedConv NhwcConv NhwcFusedConv Gemm FusedGemm ConvInteger MatMulInteger').map(
    (op) => [op, [1, 2]] as const,
  ),
  ['ConvInteger', [1]],
  ['MatMulInteger', [0, 1]],
  ['MatMulIntegerToFloat', [0, 1, 6]],
  ['DynamicQuantizeMatMul', [1, 4]],
  ['MatMulNBits', [1, 5]],
  ['MatMulBnb4', [1]],
  ['MatMul', [0, 1]],
  ['FusedMatMul', [0, 1]],
  ['QLinearConv', [3, 8]],
  ['QLinearMatMul', [0, 3]],
  ['QGemm', [3, 6]],
  ...words('LSTM GRU RNN DynamicQuantizeLSTM').map((op) => [op, [1, 2, 3, 7]] as const),
  ['Attention', [1, 2]],
  ['QAttention', [1, 2]],
  ...words('BatchNormalization InstanceNormalization LayerNormalization GroupNormalization GroupNorm').map(
    (op) => [op, [1, 2]] as const,
  ),
  ...words('RMSNormalization SimplifiedLayerNormalization PRelu BiasGelu').map((op) => [op, [1]] as const),
  ['FastGelu', [1]],
  ['SkipLayerNormalization', [2, 3, 4]],
  ['SkipSimplifiedLayerNormalization', [2, 3]],
  ['EmbedLayerNormalization', [2, 3, 4, 5, 6]],
  ['QLinearAdd', [0, 3]],
  ['Gather', [0]],
]);

/** Positions of inputs that hold weights whatever their type; null where the operator has no such places. */
export const learnedInputs = (node: Node): readonly number[] | null => learned.get(node.op) ?? null;

/** Constants of these, but for their first input, are sizes, bounds, scales and indices. */
export const unlearned: ReadonlySet<string> = new Set(
  words(
    `Shape Size Reshape Flatten Squeeze Unsqueeze Resize Upsample Pad Clip Slice Range Expand Tile ConstantOfShape
     QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearMul QLinearConcat QLinearAveragePool
     QLinearGlobalAveragePool QLinearSigmoid QLinearLeakyRelu QLinearSoftmax OneHot TopK NonMaxSuppression Split
     RoiAlign ScatterND ScatterElements GatherElements GatherND STFT DFT If Loop Scan Where Equal Less Greater`,
  ),
);
