import { checkGradient, type GradientCase } from '../../support/gradientCheck.js';

const microsoft = 'com.microsoft';
const [batch, tokens, width] = [2, 3, 8];
const sequence = [batch, tokens, width];
const bytes = (values: number[]) => Buffer.from(new Int32Array(values).buffer);

const families: Record<string, GradientCase[]> = {
  'Einstein summation': [
    {
      op: 'Einsum',
      inputs: [
        [2, 3],
        [3, 4],
      ],
      attributes: { equation: 'ij,jk->ik' },
    },
    {
      op: 'Einsum',
      inputs: [
        [2, 3],
        [3, 4],
      ],
      attributes: { equation: 'ij,jk' },
    },
    {
      op: 'Einsum',
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
      attributes: { equation: 'bij,bkj->bik' },
    },
    {
      op: 'Einsum',
      inputs: [
        [2, 2, 3, 4],
        [2, 2, 4, 5],
      ],
      attributes: { equation: '...ij,...jk->...ik' },
    },
    { op: 'Einsum', inputs: [[2, 3, 4]], attributes: { equation: 'ijk->k' } },
    { op: 'Einsum', inputs: [[3], [4]], attributes: { equation: 'i,j->ij' } },
    { op: 'Einsum', inputs: [[2, 3], [3, 2], [2]], attributes: { equation: 'ij,ji,i->j' } },
    { op: 'Einsum', inputs: [[2, 3, 3]], attributes: { equation: 'bii->bi' } },
    { op: 'Einsum', inputs: [[3, 3, 3], [3]], attributes: { equation: 'iii,i' } },
    {
      op: 'Einsum',
      inputs: [
        [2, 3, 3],
        [2, 3],
      ],
      attributes: { equation: '...jj,...j->...' },
    },
  ],
  attention: [
    {
      op: 'Attention',
      opset: 23,
      inputs: [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
        [2, 2, 5, 4],
      ],
    },
    {
      op: 'Attention',
      opset: 23,
      inputs: [
        [2, 4, 3, 4],
        [2, 2, 3, 4],
        [2, 2, 3, 4],
      ],
      attributes: { is_causal: 1 },
    },
    {
      op: 'Attention',
      opset: 23,
      inputs: [sequence, sequence, sequence, [3, 3]],
      attributes: { q_num_heads: 2, kv_num_heads: 2, scale: 0.3 },
    },
    {
      op: 'Attention',
      opset: 23,
      inputs: [sequence, sequence, sequence, { dims: [3, 3], type: 9, raw: Buffer.from([1, 0, 1, 1, 1, 0, 0, 1, 1]) }],
      attributes: { q_num_heads: 2, kv_num_heads: 2 },
    },
    { op: 'Attention', domain: microsoft, inputs: [sequence, [width, 24], [24]], attributes: { num_heads: 2 } },
    {
      op: 'Attention',
      domain: microsoft,
      inputs: [sequence, [width, 24], [24]],
      attributes: { num_heads: 2, unidirectional: 1 },
    },
    {
      op: 'Attention',
      domain: microsoft,
      inputs: [sequence, [width, 24], [24], { dims: [batch, tokens], type: 6, raw: bytes([1, 1, 0, 1, 1, 1]) }],
      attributes: { num_heads: 2 },
    },
    {
      op: 'MultiHeadAttention',
      domain: microsoft,
      inputs: [sequence, [2, 5, 8], [2, 5, 8], [24]],
      attributes: { num_heads: 2 },
    },
    {
      op: 'MultiHeadAttention',
      domain: microsoft,
      inputs: [sequence, sequence, sequence, null, null, [1, 2, 3, 3]],
      attributes: { num_heads: 2 },
    },
  ],
  'operators that are several in one': [
    {
      op: 'FusedConv',
      domain: microsoft,
      inputs: [[1, 2, 5, 5], [3, 2, 3, 3], [3]],
      attributes: { activation: 'Relu', pads: [1, 1, 1, 1] },
      step: 1e-3,
      tolerance: 2e-2,
    },
    {
      op: 'FusedConv',
      domain: microsoft,
      inputs: [
        [1, 2, 5, 5],
        [3, 2, 3, 3],
      ],
      attributes: { activation: 'Tanh' },
      between: [-0.4, 0.4],
    },
    {
      op: 'FusedGemm',
      domain: microsoft,
      inputs: [[3, 4], [4, 2], [2]],
      attributes: { activation: 'Sigmoid', alpha: 0.5 },
    },
    {
      op: 'FusedMatMul',
      domain: microsoft,
      inputs: [
        [2, 4, 3],
        [2, 5, 4],
      ],
      attributes: { transA: 1, transB: 1, alpha: 0.5 },
    },
    { op: 'Gelu', domain: microsoft, inputs: [[3, 4]] },
    { op: 'BiasGelu', domain: microsoft, inputs: [[3, 4], [4]] },
    { op: 'FastGelu', domain: microsoft, inputs: [[3, 4], [4]] },
    { op: 'QuickGelu', domain: microsoft, inputs: [[3, 4]], attributes: { alpha: 1.5 } },
    {
      op: 'SkipLayerNormalization',
      domain: microsoft,
      inputs: [sequence, sequence, [8], [8], [8]],
      attributes: { epsilon: 0.01 },
    },
    {
      op: 'SkipSimplifiedLayerNormalization',
      domain: microsoft,
      inputs: [sequence, sequence, [8]],
      attributes: { epsilon: 0.01 },
    },
    { op: 'SimplifiedLayerNormalization', inputs: [[3, 4], [4]], attributes: { epsilon: 0.01 } },
    {
      op: 'EmbedLayerNormalization',
      domain: microsoft,
      inputs: [
        { dims: [2, 3], type: 6, raw: bytes([1, 4, 0, 2, 1, 3]) },
        { dims: [2, 3], type: 6, raw: bytes([0, 1, 1, 0, 0, 1]) },
        [5, 4],
        [6, 4],
        [2, 4],
        [4],
        [4],
      ],
      attributes: { epsilon: 0.01 },
      outputs: 2,
      scored: 1,
    },
    { op: 'Inverse', domain: microsoft, inputs: [{ dims: [2, 2], values: [2, 0.5, -1, 1.5] }] },
    { op: 'Det', inputs: [[2, 4, 4]] },
    // Singular: the second row is twice the first.
    { op: 'Det', inputs: [{ dims: [3, 3], values: [1, 2, -1, 2, 4, -2, 0.5, 3, 1] }] },
    ...['MAX', 'L1', 'L2'].map((norm): GradientCase => ({
      op: 'Normalizer',
      domain: 'ai.onnx.ml',
      inputs: [[3, 4]],
      attributes: { norm },
      between: [0.3, 2.5],
    })),
    {
      op: 'Scaler',
      domain: 'ai.onnx.ml',
      inputs: [[3, 2]],
      attributes: { offset: Float32Array.of(1, -2), scale: Float32Array.of(0.5, 3) },
    },
    {
      op: 'LinearRegressor',
      domain: 'ai.onnx.ml',
      inputs: [[3, 2]],
      attributes: { coefficients: Float32Array.of(1, -2, 0.5, 3), intercepts: Float32Array.of(1, 2), targets: 2 },
    },
    { op: 'LpNormalization', inputs: [[3, 4]] },
    { op: 'LpNormalization', inputs: [[3, 4]], attributes: { p: 1, axis: 0 } },
    { op: 'MeanVarianceNormalization', inputs: [[2, 3, 2, 2]] },
    { op: 'Swish', inputs: [[3, 4]], opset: 24, attributes: { alpha: 1.5 } },
  ],
};

describe('gradients of operators made of others agree with differences', () => {
  for (const [title, cases] of Object.entries(families)) {
    describe(title, () => {
      cases.forEach((given, i) => {
        it(`${given.op} ${JSON.stringify(given.attributes ?? {})}`, () => checkGradient({ ...given, seed: i + 1 }));
      });
    });
  }
});
