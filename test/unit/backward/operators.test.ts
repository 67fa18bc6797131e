import assert from 'node:assert/strict';
import type { Site } from '../../../src/engine/backward/index.js';
import { checkGradient, type GradientCase } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

const positive = [0.3, 2.5] as const;
/** 2^63 - 1, which exporters write for "to the end". */
const largest = Buffer.from('ffffffffffffff7f', 'hex');
const constant = (dims: number[], values: number[]) => ({ dims, type: 1, values });

/** Title → cases of one operator. */
const families: Record<string, GradientCase[]> = {
  'functions of one element': [
    ...['Abs', 'Neg', 'Exp', 'Sin', 'Cos', 'Tanh', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Erf', 'Identity'].map(
      (op): GradientCase => ({ op, inputs: [[2, 3, 4]] }),
    ),
    ...['Sqrt', 'Log', 'Reciprocal'].map((op): GradientCase => ({ op, inputs: [[3, 4]], between: positive })),
    ...['Asin', 'Acos', 'Atanh', 'Tan'].map((op): GradientCase => ({ op, inputs: [[3, 4]], between: [-0.8, 0.8] })),
    { op: 'Acosh', inputs: [[3, 4]], between: [1.3, 4] },
  ],
  activations: [
    ...[
      'Relu',
      'LeakyRelu',
      'Elu',
      'Selu',
      'Celu',
      'ThresholdedRelu',
      'Sigmoid',
      'HardSigmoid',
      'HardSwish',
      'Mish',
      'Softplus',
      'Softsign',
      'Gelu',
      'Shrink',
    ].map((op): GradientCase => ({ op, inputs: [[2, 5, 3]], opset: 22, between: [-4, 4] })),
    { op: 'LeakyRelu', inputs: [[20]], attributes: { alpha: 0.25 } },
    { op: 'Elu', inputs: [[20]], attributes: { alpha: 0.7 } },
    { op: 'Selu', inputs: [[20]], attributes: { alpha: 1.2, gamma: 0.9 } },
    { op: 'Celu', inputs: [[20]], attributes: { alpha: 1.5 } },
    { op: 'ThresholdedRelu', inputs: [[20]], attributes: { alpha: 0.4 } },
    { op: 'HardSigmoid', inputs: [[20]], attributes: { alpha: 0.3, beta: 0.4 } },
    { op: 'Gelu', inputs: [[20]], attributes: { approximate: 'tanh' }, opset: 20 },
    { op: 'Shrink', inputs: [[20]], attributes: { lambd: 0.75, bias: 0.25 } },
    {
      op: 'PRelu',
      inputs: [
        [2, 3, 4],
        [3, 1],
      ],
    },
    { op: 'Clip', inputs: [[29], constant([], [-0.5]), constant([], [1])] },
    { op: 'Clip', inputs: [[29], null, constant([], [1])] },
    { op: 'Clip', inputs: [[29]], attributes: { min: -0.5, max: 0.75 }, opset: 6 },
  ],
  'arithmetic with broadcasting': [
    ...['Add', 'Sub', 'Mul', 'Max', 'Min'].flatMap((op): GradientCase[] => [
      {
        op,
        inputs: [
          [2, 3, 4],
          [3, 1],
        ],
      },
      { op, inputs: [[4], [2, 1, 4]] },
      { op, inputs: [[], [2, 2]] },
      {
        op,
        inputs: [
          [2, 3],
          [2, 3],
        ],
      },
    ]),
    {
      op: 'Div',
      inputs: [
        [2, 3, 4],
        [3, 1],
      ],
      between: positive,
    },
    { op: 'Div', inputs: [[4], [2, 1, 4]], between: positive },
    { op: 'Pow', inputs: [[2, 3], [3]], between: positive },
    ...[0, 1, 2, 3, 0.5, -1.5].map((p): GradientCase => ({
      op: 'Pow',
      inputs: [[2, 3], constant([], [p])],
      between: positive,
    })),
    { op: 'Pow', inputs: [[2, 3], int64(3)], between: [-2, 2] },
    { op: 'Sum', inputs: [[2, 3], [3], [2, 1]] },
    { op: 'Mean', inputs: [[2, 3], [3], [2, 1]] },
    { op: 'Max', inputs: [[2, 3], [3], [2, 1]] },
    { op: 'Where', inputs: [{ dims: [2, 1], type: 9, raw: Buffer.from([1, 0]) }, [2, 3], [3]] },
    { op: 'Mod', inputs: [[7], constant([], [0.7])], attributes: { fmod: 1 } },
  ],
  'rows that sum to one': [
    ...['Softmax', 'LogSoftmax'].flatMap((op): GradientCase[] => [
      { op, inputs: [[2, 3, 4]], opset: 13 },
      { op, inputs: [[2, 3, 4]], attributes: { axis: 1 }, opset: 13 },
      { op, inputs: [[2, 3, 4]], opset: 11 },
      { op, inputs: [[2, 3, 4]], attributes: { axis: 2 }, opset: 11 },
    ]),
  ],
  products: [
    {
      op: 'MatMul',
      inputs: [
        [3, 4],
        [4, 2],
      ],
    },
    {
      op: 'MatMul',
      inputs: [
        [2, 3, 4],
        [4, 2],
      ],
    },
    {
      op: 'MatMul',
      inputs: [
        [2, 1, 3, 4],
        [3, 4, 2],
      ],
    },
    { op: 'MatMul', inputs: [[4], [4]] },
    { op: 'MatMul', inputs: [[4], [2, 4, 3]] },
    { op: 'MatMul', inputs: [[2, 3, 4], [4]] },
    ...[0, 1].flatMap((transA) =>
      [0, 1].map((transB): GradientCase => ({
        op: 'Gemm',
        inputs: [transA ? [4, 3] : [3, 4], transB ? [2, 4] : [4, 2], [2]],
        attributes: { transA, transB, alpha: 0.5, beta: 1.5 },
      })),
    ),
    {
      op: 'Gemm',
      inputs: [
        [3, 4],
        [4, 2],
      ],
    },
  ],
  normalisations: [
    {
      op: 'BatchNormalization',
      inputs: [[2, 3, 4], [3], [3], constant([3], [0.1, -0.2, 0.3]), constant([3], [0.5, 1, 2])],
      attributes: { epsilon: 0.01 },
      opset: 15,
    },
    {
      op: 'BatchNormalization',
      inputs: [[2, 3, 4], [3], [3], constant([3], [0, 0, 0]), constant([3], [1, 1, 1])],
      attributes: { epsilon: 0.01, training_mode: 1 },
      outputs: 3,
      scored: 1,
      opset: 15,
    },
    { op: 'InstanceNormalization', inputs: [[2, 3, 4, 2], [3], [3]], attributes: { epsilon: 0.01 } },
    { op: 'LayerNormalization', inputs: [[2, 3, 4], [4], [4]], attributes: { epsilon: 0.01 }, opset: 17 },
    {
      op: 'LayerNormalization',
      inputs: [
        [2, 3, 4],
        [3, 4],
      ],
      attributes: { axis: 1 },
      opset: 17,
    },
    { op: 'RMSNormalization', inputs: [[2, 3, 4], [4]], attributes: { epsilon: 0.01 }, opset: 23 },
    { op: 'GroupNormalization', inputs: [[2, 4, 3], [2], [2]], attributes: { num_groups: 2 }, opset: 18 },
    { op: 'GroupNormalization', inputs: [[2, 4, 3], [4], [4]], attributes: { num_groups: 2 }, opset: 21 },
    { op: 'LRN', inputs: [[2, 5, 3, 2]], attributes: { size: 3, alpha: 0.5, beta: 0.6, bias: 1.25 } },
    { op: 'LRN', inputs: [[1, 4, 2, 2]], attributes: { size: 5, alpha: 0.5 } },
  ],
  reductions: [
    ...[
      'ReduceSum',
      'ReduceMean',
      'ReduceMax',
      'ReduceMin',
      'ReduceL2',
      'ReduceLogSumExp',
      'ReduceSumSquare',
      'ReduceL1',
      'ReduceProd',
    ].flatMap((op): GradientCase[] => [
      { op, inputs: [[2, 3, 4], int64(1)], opset: 18 },
      { op, inputs: [[2, 3, 4], int64(0, -1)], attributes: { keepdims: 0 }, opset: 18 },
      { op, inputs: [[2, 3]], opset: 18 },
      { op, inputs: [[2, 3]], attributes: { noop_with_empty_axes: 1 }, opset: 18 },
      ...(op === 'ReduceSum' ? [] : [{ op, inputs: [[2, 3, 4]], attributes: { axes: [0, 2] }, opset: 11 }]),
    ]),
    { op: 'ReduceLogSum', inputs: [[2, 3, 4], int64(1)], between: positive, opset: 18 },
    { op: 'CumSum', inputs: [[2, 5], int64(1)], attributes: { exclusive: 1 } },
    { op: 'CumSum', inputs: [[2, 5], int64(0)], attributes: { reverse: 1 } },
    { op: 'TopK', inputs: [[3, 7], int64(3)], outputs: 2, scored: 1 },
  ],
  rearrangements: [
    { op: 'Reshape', inputs: [[2, 6], int64(3, -1)] },
    { op: 'Flatten', inputs: [[2, 3, 4]], attributes: { axis: 2 } },
    { op: 'Transpose', inputs: [[2, 3, 4]], attributes: { perm: [2, 0, 1] } },
    { op: 'Transpose', inputs: [[2, 3, 4]] },
    { op: 'Squeeze', inputs: [[2, 1, 4], int64(1)] },
    { op: 'Squeeze', inputs: [[2, 1, 4]], attributes: { axes: [1] }, opset: 11 },
    { op: 'Unsqueeze', inputs: [[2, 4], int64(1, -1)] },
    { op: 'Expand', inputs: [[3, 1], int64(2, 3, 4)] },
    {
      op: 'Concat',
      inputs: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      attributes: { axis: -1 },
    },
    { op: 'Split', inputs: [[2, 7], int64(3, 4)], attributes: { axis: 1 }, outputs: 2 },
    { op: 'Split', inputs: [[7, 2]], attributes: { num_outputs: 3 }, outputs: 3, opset: 18 },
    { op: 'Split', inputs: [[6, 2]], outputs: 2, opset: 11 },
    { op: 'Slice', inputs: [[5, 6], int64(1, -4), int64(4, 1000), int64(0, 1)] },
    { op: 'Slice', inputs: [[5, 6], int64(4, 0), int64(-100, 6), int64(0, 1), int64(-2, 3)] },
    { op: 'Slice', inputs: [[5, 6], int64(1), { dims: [1], type: 7, raw: largest }, int64(0), int64(2)] },
    { op: 'Slice', inputs: [[5, 6]], attributes: { starts: [1], ends: [-1], axes: [1] }, opset: 9 },
    { op: 'Pad', inputs: [[2, 3], int64(1, 0, 2, -1)] },
    { op: 'Pad', inputs: [[2, 3]], attributes: { pads: [1, 0, 0, 2] }, opset: 9 },
    ...['reflect', 'edge', 'wrap'].map((mode): GradientCase => ({
      op: 'Pad',
      inputs: [[3, 4], int64(1, 2, 2, 1)],
      attributes: { mode },
      opset: 19,
    })),
    { op: 'Pad', inputs: [[3, 4], int64(1, 2), null, int64(1)], opset: 18 },
    { op: 'Tile', inputs: [[2, 3], int64(2, 3)] },
    ...['DCR', 'CRD'].map((mode): GradientCase => ({
      op: 'DepthToSpace',
      inputs: [[1, 8, 2, 3]],
      attributes: { blocksize: 2, mode },
    })),
    { op: 'SpaceToDepth', inputs: [[1, 2, 4, 6]], attributes: { blocksize: 2 } },
    { op: 'Trilu', inputs: [[3, 4], int64(1)], attributes: { upper: 0 } },
    { op: 'ReverseSequence', inputs: [[4, 3, 2], int64(1, 4, 2)] },
    { op: 'Cast', inputs: [[2, 3]], attributes: { to: 1 } },
    { op: 'Dropout', inputs: [[2, 3]] },
  ],
  'taking and putting by index': [
    { op: 'Gather', inputs: [[4, 3], int64(2, 0, 2, -1)] },
    { op: 'Gather', inputs: [[2, 4, 3], { ...int64(-1), dims: [] }], attributes: { axis: 1 } },
    { op: 'Gather', inputs: [[2, 4, 3], { ...int64(1, 0, 3, 1), dims: [2, 2] }], attributes: { axis: 1 } },
    { op: 'GatherElements', inputs: [[3, 4], { ...int64(1, 0, 3, 1, 2, 2), dims: [3, 2] }], attributes: { axis: 1 } },
    { op: 'GatherND', inputs: [[3, 4, 2], { ...int64(1, 0, 2, 3, 1, 0), dims: [3, 2] }] },
    { op: 'GatherND', inputs: [[2, 4, 3], { ...int64(1, 3, 0, 2), dims: [2, 2, 1] }], attributes: { batch_dims: 1 } },
    ...['none', 'add', 'mul', 'max', 'min'].flatMap((reduction): GradientCase[] => [
      {
        op: 'ScatterND',
        inputs: [[4, 3], { ...int64(1, 3), dims: [2, 1] }, [2, 3]],
        attributes: { reduction },
        opset: 18,
      },
      {
        op: 'ScatterElements',
        inputs: [[3, 4], { ...int64(1, 0, 3, 2, 0, 1), dims: [3, 2] }, [3, 2]],
        attributes: { axis: 1, reduction },
        opset: 18,
      },
    ]),
    // Several updates at one place, and zeros: one alone, and one beside another.
    {
      op: 'ScatterElements',
      inputs: [
        { dims: [1, 4], values: [0, 2, 3, 0] },
        { ...int64(0, 1, 1, 3, 3, 2), dims: [1, 6] },
        { dims: [1, 6], values: [2, 0, 4, 0, 5, 6] },
      ],
      attributes: { axis: 1, reduction: 'mul' },
      opset: 18,
    },
    {
      op: 'ScatterND',
      inputs: [[4, 2], { ...int64(1, 3, 1, 1), dims: [4, 1] }, [4, 2]],
      attributes: { reduction: 'max' },
      opset: 18,
    },
  ],
  'losses of training graphs': [
    ...['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'].flatMap((op) =>
      ['none', 'sum', 'mean'].flatMap((reduction): GradientCase[] => [
        { op, inputs: [[3, 4], int64(1, 3, 0)], attributes: { reduction }, opset: 13 },
        {
          op,
          inputs: [[2, 3, 2], { ...int64(1, 2, 0, 2), dims: [2, 2] }, constant([3], [0.5, 2, 1.5])],
          attributes: { reduction, ignore_index: 0 },
          opset: 13,
        },
      ]),
    ),
  ],
};

describe('gradients of operators agree with differences', () => {
  for (const [title, cases] of Object.entries(families)) {
    describe(title, () => {
      cases.forEach((given, i) => {
        it(`${given.op} ${JSON.stringify(given.attributes ?? {})}`, () => checkGradient({ ...given, seed: i + 1 }));
      });
    });
  }

  it('and a wrong rule does not', async () => {
    const rules = { Relu: { backward: ({ gradient }: Site) => [gradient] } };
    await assert.rejects(
      checkGradient({ op: 'Relu', inputs: [[3, 4]] }, { rules }),
      /by x0\[\d+\] = .* the gradient is/,
    );
  });
});
