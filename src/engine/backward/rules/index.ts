import type { Node } from '../../onnx/index.js';
import { opName } from '../../onnx/graphIndex.js';
import type { RuleOf } from '../path.js';
import type { Rule, RuleTable } from '../rule.js';
import { attention } from './attention.js';
import { classicalRules } from './classical.js';
import { matmulNBits } from './blockQuantised.js';
import { convolution, transposedConvolution } from './convolution.js';
import { cumulativeProduct, cumulativeSum } from './cumulative.js';
import { activationRules, binaryRules, unaryRules } from './elementwise.js';
import { deformableConvolution, roiAlign } from './deformable.js';
import { determinant, inverse } from './determinant.js';
import { einsum } from './einsum.js';
import { fusedRules } from './fused.js';
import { fusedAttention, multiHeadAttention } from './fusedAttention.js';
import { groupQueryAttention } from './groupQueryAttention.js';
import { affineGrid, gridSample } from './gridSample.js';
import { indexingRules } from './indexing.js';
import { causalConvolution, gatedRmsNorm, linearAttention } from './linearAttention.js';
import { crossEntropy, likelihood } from './losses.js';
import { gemm, matmul } from './linear.js';
import { batchNormalization, localResponse, normalisations } from './normalisation.js';
import { maxPool } from './maxPool.js';
import { cast, passed, stopped, stoppingOperators } from './passing.js';
import { centerCropPad, columnsToImage, maxUnpool } from './patches.js';
import { averagePool, globalAveragePool, globalLpPool, globalMaxPool, lpPool } from './pooling.js';
import { quantisedRules } from './quantised.js';
import { quantisedFusedRules } from './quantisedFused.js';
import { rearrangementRules } from './rearrangement.js';
import { reductionRules, topK } from './reduction.js';
import { gru, lstm, rnn } from './recurrent.js';
import { fusedRotaryEmbedding, rotaryEmbedding } from './rotary.js';
import { resize } from './resize.js';
import { scatterRules } from './scatter.js';
import { fourier, shortTimeFourier } from './spectral.js';
import { logSoftmax, softmax } from './softmax.js';

/** Operator → how gradients go through it. Operators of other domains are named with theirs. */
export const gradientRules: RuleTable = {
  ...Object.fromEntries(stoppingOperators.map((op): [string, Rule] => [op, stopped])),
  ...unaryRules,
  ...binaryRules,
  ...activationRules,
  ...reductionRules,
  ...rearrangementRules,
  ...indexingRules,
  ...scatterRules,
  ...fusedRules,
  ...quantisedRules,
  ...quantisedFusedRules,
  ...classicalRules,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Gemm: gemm,
  MatMul: matmul,
  Einsum: einsum,
  Attention: attention,
  'com.microsoft.Attention': fusedAttention,
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
  'com.microsoft.GroupQueryAttention': groupQueryAttention,
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: lpPool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  GlobalLpPool: globalLpPool,
  BatchNormalization: batchNormalization,
  ...normalisations(false),
  LRN: localResponse,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  Resize: resize,
  Upsample: resize,
  LSTM: lstm,
  GRU: gru,
  RNN: rnn,
  Cast: cast,
  CastLike: passed,
  Dropout: passed,
  CumSum: cumulativeSum,
  CumProd: cumulativeProduct,
  GridSample: gridSample,
  'com.microsoft.GridSample': gridSample,
  DeformConv: deformableConvolution,
  RoiAlign: roiAlign,
  DFT: fourier,
  STFT: shortTimeFourier,
  NegativeLogLikelihoodLoss: likelihood,
  SoftmaxCrossEntropyLoss: crossEntropy,
  AffineGrid: affineGrid,
  RotaryEmbedding: rotaryEmbedding,
  'com.microsoft.RotaryEmbedding': fusedRotaryEmbedding,
  'com.microsoft.MatMulNBits': matmulNBits,
  'com.microsoft.LinearAttention': linearAttention,
  'com.microsoft.CausalConvWithState': causalConvolution,
  'com.microsoft.GatedRMSNorm': gatedRmsNorm,
  'com.microsoft.Inverse': inverse,
  Det: determinant,
  Col2Im: columnsToImage,
  MaxUnpool: maxUnpool,
  CenterCropPad: centerCropPad,
  TopK: topK,
};

/** What a table has for a node: `special` first, then by the operator's name with its domain. */
export const ruleOf =
  (table: RuleTable, special?: RuleOf): RuleOf =>
  (node: Node) =>
    special?.(node) ?? (Object.hasOwn(table, opName(node)) ? table[opName(node)] : undefined);
