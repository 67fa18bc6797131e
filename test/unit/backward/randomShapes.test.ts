import fc from 'fast-check';
import { checkGradient, type GradientCase } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

/** What operators.test.ts shows by example, on shapes and attributes that nobody chose. */

const int = (low: number, high: number) => fc.integer({ min: low, max: high });
const fraction = (low: number, high: number) =>
  fc.integer({ min: Math.ceil(low * 16), max: Math.floor(high * 16) }).map((n) => (n % 16 === 0 ? n + 1 : n) / 16);
const dims = (least = 1, most = 4) => fc.array(int(1, 4), { minLength: least, maxLength: most });
const product = (all: readonly number[]): number => all.reduce((a, b) => a * b, 1);
const positive = [0.3, 2.5] as const;

/** A shape and an axis of it, counted from either end. */
const withAxis = (least = 1) =>
  dims(least).chain((shape) =>
    int(-shape.length, shape.length - 1).map((axis) => ({ shape, axis, place: (axis + shape.length) % shape.length })),
  );
const order = (count: number) =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, i) => i),
    { minLength: count, maxLength: count },
  );

/** Two or three shapes that broadcast to one: some axes left out at the front, some of size 1. */
const broadcast = (count: number) =>
  dims().chain((whole) =>
    fc.array(
      fc
        .tuple(int(0, whole.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
        .map(([skipped, ones]) => whole.slice(skipped).map((size, i) => (ones[i] ? 1 : size))),
      { minLength: count, maxLength: count },
    ),
  );

/** Of values between the 16ths, on which all kinks lie. */
const activation = (op: string, attributes: GradientCase['attributes'] = {}, opset = 21) =>
  fc.tuple(dims(), int(0, 63)).map(([shape, first]): GradientCase => {
    const values = Array.from({ length: product(shape) }, (_, i) => (2 * ((37 * i + first) % 64) + 1) / 32 - 2);
    return { op, inputs: [{ dims: shape, values }], attributes, opset, step: 1e-3, tolerance: 0.02 };
  });

const families: Record<string, fc.Arbitrary<GradientCase>> = {
  'arithmetic with broadcasting': fc.oneof(
    fc
      .tuple(fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Pow'), broadcast(2))
      .map(([op, inputs]) => ({ op, inputs, between: positive })),
    fc.tuple(fc.constantFrom('Sum', 'Mean'), broadcast(3)).map(([op, inputs]) => ({ op, inputs })),
    fc.tuple(broadcast(2), int(0, 1)).map(([inputs, chosen]) => ({
      op: 'Where',
      inputs: [{ dims: [1], type: 9, raw: Buffer.from([chosen]) }, ...inputs],
    })),
    broadcast(1).map(([slope]) => ({ op: 'PRelu', inputs: [[2, ...slope], slope] })),
  ),
  'activations with numbers of their own': fc.oneof(
    fc
      .tuple(fc.constantFrom('LeakyRelu', 'Elu', 'Celu', 'ThresholdedRelu'), fraction(0.2, 2))
      .chain(([op, alpha]) => activation(op, { alpha })),
    fc.tuple(fraction(0.5, 2), fraction(0.5, 2)).chain(([alpha, gamma]) => activation('Selu', { alpha, gamma })),
    // Its kinks are at -β/α and (1 - β)/α.
    fc
      .tuple(fc.constantFrom(0.25, 0.5), fraction(0.2, 0.8))
      .chain(([alpha, beta]) => activation('HardSigmoid', { alpha, beta })),
    fraction(0.2, 1.5).chain((lambd) => activation('Shrink', { lambd })),
    fraction(0.5, 2).chain((alpha) => activation('Swish', { alpha }, 24)),
    fc
      .constantFrom('Sigmoid', 'Tanh', 'Softplus', 'Mish', 'Gelu', 'Softsign', 'Erf')
      .chain((op) => activation(op, {}, 22)),
  ),
  'rows that sum to one': fc
    .tuple(fc.constantFrom('Softmax', 'LogSoftmax'), withAxis(), fc.constantFrom(11, 13))
    .map(([op, { shape, axis, place }, opset]) => ({
      op,
      inputs: [shape],
      attributes: { axis: opset === 13 ? axis : place },
      opset,
    })),
  products: fc.oneof(
    fc
      .tuple(dims(0, 2), fc.tuple(int(1, 4), int(1, 4), int(1, 4)), fc.boolean())
      .map(([stack, [m, k, n], isShared]) => ({
        op: 'MatMul',
        inputs: [
          [...stack, m, k],
          [...(isShared ? [] : stack.map((size, i) => (i % 2 ? 1 : size))), k, n],
        ],
      })),
    fc
      .tuple(
        fc.tuple(int(1, 4), int(1, 4), int(1, 4)),
        int(0, 1),
        int(0, 1),
        fraction(0.2, 2),
        fraction(0.2, 2),
        fc.boolean(),
      )
      .map(([[m, k, n], transA, transB, alpha, beta, isRow]) => ({
        op: 'Gemm',
        inputs: [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n], isRow ? [n] : [m, 1]],
        attributes: { transA, transB, alpha, beta },
      })),
    // Letters for the axes of two operands, any of which the result may keep.
    fc
      .tuple(
        fc.uniqueArray(fc.constantFrom(...'abcde'), { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(fc.constantFrom(...'abcde'), { minLength: 1, maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        fc.boolean(),
      )
      .map(([left, right, kept, isBatched]) => {
        const size = (letter: string) => 2 + ('abcde'.indexOf(letter) % 3);
        const result = [...new Set([...left, ...right])].filter((_, i) => kept[i]);
        const dots = isBatched ? '...' : '';
        const batch = isBatched ? [2] : [];
        return {
          op: 'Einsum',
          inputs: [left, right].map((letters) => [...batch, ...letters.map(size)]),
          attributes: { equation: `${dots}${left.join('')},${dots}${right.join('')}->${dots}${result.join('')}` },
        };
      }),
  ),
  normalisations: fc.oneof(
    fc.tuple(int(1, 3), int(1, 4), dims(1, 2)).map(([batch, channels, places]) => ({
      op: 'BatchNormalization',
      inputs: [
        [batch, channels, ...places],
        [channels],
        [channels],
        { dims: [channels], type: 1, values: Array.from({ length: channels }, (_, i) => i / 4 - 0.3) },
        { dims: [channels], type: 1, values: Array.from({ length: channels }, (_, i) => 0.5 + i) },
      ],
      opset: 15,
    })),
    fc
      .tuple(int(1, 2), int(1, 3), fc.array(int(2, 4), { minLength: 1, maxLength: 2 }))
      .map(([batch, channels, places]) => ({
        op: 'InstanceNormalization',
        inputs: [[batch, channels, ...places], [channels], [channels]],
        attributes: { epsilon: 0.05 },
      })),
    fc
      .tuple(dims(0, 2), fc.array(int(2, 4), { minLength: 1, maxLength: 2 }), fc.boolean())
      .map(([before, own, isCentred]) => ({
        op: isCentred ? 'LayerNormalization' : 'RMSNormalization',
        inputs: isCentred ? [[...before, ...own], own, own] : [[...before, ...own], own],
        attributes: { axis: -own.length, epsilon: 0.05 },
        opset: 23,
      })),
    fc.tuple(int(1, 2), int(1, 3), int(1, 3), dims(1, 2)).map(([batch, groups, each, places]) => ({
      op: 'GroupNormalization',
      inputs: [[batch, groups * each, ...places, 2], [groups * each], [groups * each]],
      attributes: { num_groups: groups, epsilon: 0.05 },
      opset: 21,
    })),
    fc
      .tuple(int(1, 6), fc.constantFrom(1, 3, 5), fraction(0.1, 1), fraction(0.3, 1.5))
      .map(([channels, size, alpha, beta]) => ({
        op: 'LRN',
        inputs: [[2, channels, 2, 3]],
        attributes: { size, alpha, beta, bias: 1.25 },
      })),
  ),
  reductions: fc.oneof(
    fc
      .tuple(
        fc.constantFrom(
          'ReduceSum',
          'ReduceMean',
          'ReduceMax',
          'ReduceMin',
          'ReduceL1',
          'ReduceL2',
          'ReduceProd',
          'ReduceSumSquare',
          'ReduceLogSum',
          'ReduceLogSumExp',
        ),
        dims(),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        int(0, 1),
      )
      .map(([op, shape, chosen, keepdims]) => {
        const axes = shape.flatMap((_, i) => (chosen[i] ? [i % 2 ? i : i - shape.length] : []));
        return {
          op,
          inputs: axes.length ? [shape, int64(...axes)] : [shape],
          attributes: { keepdims },
          between: positive,
          opset: 18,
          // A sum of some hundred is rounded by 3e-5: what is linear takes a step beside which that is little.
          step: op === 'ReduceSum' || op === 'ReduceMean' ? 0.05 : 2e-3,
        };
      }),
    fc.tuple(withAxis(), int(0, 1), int(0, 1)).map(([{ shape, axis }, exclusive, reverse]) => ({
      op: 'CumSum',
      inputs: [shape, { ...int64(axis), dims: [] }],
      attributes: { exclusive, reverse },
    })),
    fc.tuple(withAxis(), int(1, 4), int(0, 1)).map(([{ shape, axis, place }, k, largest]) => ({
      op: 'TopK',
      inputs: [shape, int64(Math.min(k, shape[place]))],
      attributes: { axis, largest },
      outputs: 2,
      scored: 1,
      step: 1e-3,
    })),
  ),
  rearrangements: fc.oneof(
    dims().chain((shape) =>
      order(shape.length).map((perm) => ({ op: 'Transpose', inputs: [shape], attributes: { perm } })),
    ),
    fc
      .tuple(dims(), dims(1, 3))
      .map(([shape, more]) => ({ op: 'Reshape', inputs: [[...shape, ...more], int64(product(more), -1)] })),
    withAxis().map(({ shape, axis }) => ({ op: 'Flatten', inputs: [shape], attributes: { axis } })),
    withAxis().map(({ shape, axis }) => ({ op: 'Unsqueeze', inputs: [shape, int64(axis)] })),
    broadcast(1).chain(([shape]) =>
      dims(0, 1).map((more) => ({
        op: 'Expand',
        inputs: [shape, int64(...more, ...shape.map((size) => (size === 1 ? 3 : size)))],
      })),
    ),
    fc
      .tuple(withAxis(), fc.array(int(1, 3), { minLength: 1, maxLength: 3 }))
      .map(([{ shape, axis, place }, sizes]) => ({
        op: 'Concat',
        inputs: sizes.map((size) => shape.map((own, i) => (i === place ? size : own))),
        attributes: { axis },
      })),
    fc
      .tuple(withAxis(), fc.array(int(1, 3), { minLength: 1, maxLength: 3 }))
      .map(([{ shape, axis, place }, sizes]) => ({
        op: 'Split',
        inputs: [shape.map((own, i) => (i === place ? sizes.reduce((a, b) => a + b) : own)), int64(...sizes)],
        attributes: { axis },
        outputs: sizes.length,
      })),
    fc
      .tuple(withAxis(), int(0, 3), int(1, 4), fc.constantFrom(1, 2, -1, -2))
      .map(([{ shape, axis, place }, from, count, step]) => {
        const whole = shape.map((own, i) => (i === place ? own + 3 : own));
        const last = whole[place] - 1;
        const start = step > 0 ? Math.min(from, last) : last - Math.min(from, last);
        return {
          op: 'Slice',
          inputs: [
            whole,
            int64(start),
            int64(step > 0 ? start + count : start - count < 0 ? -100 : start - count),
            int64(axis),
            int64(step),
          ],
        };
      }),
    fc
      .tuple(dims(1, 3), fc.array(int(-1, 2), { minLength: 6, maxLength: 6 }), fc.constantFrom('constant', 'edge'))
      .map(([shape, amounts, mode]) => {
        const whole = shape.map((size) => size + 2);
        const pads = amounts.slice(0, 2 * whole.length).map((n) => (mode === 'edge' ? Math.abs(n) : n));
        return { op: 'Pad', inputs: [whole, int64(...pads)], attributes: { mode }, opset: 19 };
      }),
    dims().chain((shape) =>
      fc
        .array(int(1, 3), { minLength: shape.length, maxLength: shape.length })
        .map((repeats) => ({ op: 'Tile', inputs: [shape, int64(...repeats)] })),
    ),
    fc
      .tuple(int(1, 2), int(1, 3), int(1, 3), fc.tuple(int(1, 3), int(1, 3)), fc.constantFrom('DCR', 'CRD'))
      .map(([batch, depth, blocksize, places, mode]) => ({
        op: 'DepthToSpace',
        inputs: [[batch, depth * blocksize ** 2, ...places]],
        attributes: { blocksize, mode },
      })),
    fc
      .tuple(int(1, 2), int(1, 3), int(1, 3), fc.tuple(int(1, 3), int(1, 3)))
      .map(([batch, depth, blocksize, places]) => ({
        op: 'SpaceToDepth',
        inputs: [[batch, depth, ...places.map((size) => size * blocksize)]],
        attributes: { blocksize },
      })),
    fc.tuple(dims(2), int(-3, 3), int(0, 1)).map(([shape, k, upper]) => ({
      op: 'Trilu',
      inputs: [shape, { ...int64(k), dims: [] }],
      attributes: { upper },
    })),
  ),
  'taking and putting by index': fc.oneof(
    fc.tuple(withAxis(), dims(0, 2), int(0, 100)).map(([{ shape, axis, place }, taken, seed]) => {
      const places = Array.from(
        { length: product(taken) },
        (_, i) => ((7 * i + seed) % (2 * shape[place])) - shape[place],
      );
      return { op: 'Gather', inputs: [shape, { ...int64(...places), dims: taken }], attributes: { axis } };
    }),
    fc.tuple(withAxis(), int(1, 4), int(0, 100)).map(([{ shape, axis, place }, count, seed]) => {
      const taken = shape.map((size, i) => (i === place ? count : size));
      const places = Array.from({ length: product(taken) }, (_, i) => (5 * i + seed) % shape[place]);
      return { op: 'GatherElements', inputs: [shape, { ...int64(...places), dims: taken }], attributes: { axis } };
    }),
    fc
      .tuple(dims(2), int(1, 2), int(1, 4), int(0, 100), fc.constantFrom('none', 'add'))
      .map(([shape, depth, count, seed, reduction]) => {
        // Written over, the order of equal places is not said: there are none.
        const rows = product(shape.slice(0, depth));
        const own = [...new Set(Array.from({ length: count }, (_, i) => (3 * i + seed) % rows))];
        const index = own.flatMap((row) => (depth === 1 ? [row] : [Math.floor(row / shape[1]), row % shape[1]]));
        return {
          op: 'ScatterND',
          inputs: [shape, { ...int64(...index), dims: [own.length, depth] }, [own.length, ...shape.slice(depth)]],
          attributes: { reduction },
          opset: 18,
        };
      }),
  ),
};

describe('gradients of operators agree with differences on random shapes', () => {
  for (const [title, cases] of Object.entries(families)) {
    it(title, () =>
      fc.assert(
        fc.asyncProperty(cases, int(1, 1e6), async (given, seed) => {
          await checkGradient({ ...given, seed });
        }),
        { numRuns: 60 },
      ),
    );
  }
});
