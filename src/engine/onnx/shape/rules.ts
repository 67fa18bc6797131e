import {
  arithmetic,
  broadcastOf,
  cast,
  clip,
  constant,
  constantOfShape,
  each,
  expand,
  like,
  range,
  same,
  shapeOf,
  sizeOf,
  where,
} from './constants.js';
import {
  convolution,
  depthToSpace,
  globalPool,
  gridSample,
  pool,
  spaceToDepth,
  transposedConvolution,
} from './convolution.js';
import { type Rule, unknown } from './facts.js';
import { divided, times } from './multiples.js';
import {
  attention,
  blockQuantisedMatmul,
  einsum,
  fusedAttention,
  fusedEmbedding,
  gemm,
  matmul,
  recurrent,
} from './linear.js';
import { concat, flatten, gather, reshape, slice, split, squeeze, transpose, unsqueeze } from './rearrangement.js';
import { crop, pad, reduce, reduceOne, resize, tile } from './resizing.js';

const named = (rule: Rule, names: string): [string, Rule][] => names.split(/\s+/).map((name) => [name, rule]);

/** Operator → the shape of what it gives. Operators that are not here give tensors of unknown shape. */
export const shapeRules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...named(
    like,
    `Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Bernoulli BiasGelu BitwiseNot Celu Cos Cosh
     CumSum DequantizeLinear Dropout Elu Erf Exp FastGelu Gelu GroupNormalization GroupNorm HardSigmoid HardSwish
     Hardmax ImageScaler InstanceNormalization IsInf IsNaN LRN LayerNormalization LeakyRelu Log LogSoftmax
     LpNormalization MeanVarianceNormalization Mish Not PRelu QLinearLeakyRelu QLinearSigmoid QLinearSoftmax
     QuantizeLinear QuickGelu RandomNormalLike RandomUniformLike Reciprocal Relu RMSNormalization RotaryEmbedding Round
     ScaledTanh Scaler ScatterElements ScatterND Scatter Selu Shrink Sigmoid Sign SimplifiedLayerNormalization Sin Sinh
     Softmax Softplus Softsign Sqrt Swish Tan Tanh
     ThresholdedRelu Trilu ParametricSoftplus Affine BiasDropout BitmaskDropout DynamicQuantizeLinear`,
  ),
  ['Identity', same],
  ['Ceil', each(Math.ceil)],
  ['Floor', each(Math.floor)],
  ['Neg', each((value) => -value)],
  ['Clip', clip],
  ...named(cast, 'Cast CastLike'),
  ['Add', arithmetic((a, b) => a + b)],
  ['Sub', arithmetic((a, b) => a - b)],
  ['Mul', arithmetic((a, b) => a * b, times)],
  ['Div', arithmetic((a, b) => Math.trunc(a / b), divided)],
  ['Mod', arithmetic((a, b) => ((a % b) + b) % b)],
  ['Equal', arithmetic((a, b) => Number(a === b))],
  ['Less', arithmetic((a, b) => Number(a < b))],
  ['Greater', arithmetic((a, b) => Number(a > b))],
  ['Max', arithmetic(Math.max)],
  ['Min', arithmetic(Math.min)],
  ...named(arithmetic(null), 'Pow Sum Mean And Or Xor BitShift LessOrEqual GreaterOrEqual BitwiseAnd BitwiseOr'),
  ...named(broadcastOf(0, 3), 'QLinearAdd QLinearMul'),
  ['Where', where],
  ['Expand', expand],
  ['Range', range],
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Shape', shapeOf],
  ['Size', sizeOf],

  ...named(convolution(1), 'Conv ConvInteger FusedConv NhwcConv NhwcFusedConv'),
  ['QLinearConv', convolution(3)],
  ['ConvTranspose', transposedConvolution],
  ...named(pool, 'MaxPool AveragePool LpPool NhwcMaxPool QLinearAveragePool'),
  ['GridSample', gridSample],
  ...named(globalPool, 'GlobalAveragePool GlobalMaxPool GlobalLpPool QLinearGlobalAveragePool'),
  ['DepthToSpace', depthToSpace],
  ['SpaceToDepth', spaceToDepth],

  ...named(gemm(0, 1), 'Gemm FusedGemm'),
  ['QGemm', gemm(0, 3)],
  ...named(matmul(0, 1), 'MatMul MatMulInteger FusedMatMul DynamicQuantizeMatMul MatMulIntegerToFloat'),
  ['QLinearMatMul', matmul(0, 3)],
  ...named(blockQuantisedMatmul, 'MatMulNBits MatMulBnb4'),
  ...named(recurrent, 'LSTM GRU RNN DynamicQuantizeLSTM'),
  ...named(fusedAttention, 'Attention:com.microsoft QAttention'),
  ['EmbedLayerNormalization', fusedEmbedding],
  // The sum that is normalised comes out too.
  ...named(
    ({ shape }) => [{ shape: shape(0) }, unknown, unknown, { shape: shape(0) }],
    'SkipLayerNormalization SkipSimplifiedLayerNormalization',
  ),
  ['Attention:', attention],
  ['MultiHeadAttention', like],
  ['Einsum', einsum],

  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat(0, 1)],
  ['QLinearConcat', concat(2, 3)],
  ['Split', split],
  ['Slice', slice],
  ['Gather', gather],
  ['GatherElements', ({ shape }) => [{ shape: shape(1) }]],
  ['Tile', tile],
  ['Pad', pad],
  ...named(resize, 'Resize Upsample'),
  ...named(
    reduce,
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare',
  ),
  ...named(reduceOne, 'ArgMax ArgMin'),
  ['Crop', crop],
]);

/** The rule for an operator; a few of one name have others in other domains. */
export function ruleFor(op: string, domain: string): Rule | undefined {
  return shapeRules.get(`${op}:${domain}`) ?? shapeRules.get(op);
}
