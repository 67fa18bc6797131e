import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Rule, Site } from '../rule.js';
import { axesFromStart, integerAttribute, integersAttribute, product, textAttribute } from './attributes.js';
import { channelsOf } from './convolution.js';
import { scatterFlat } from './maxPool.js';
import { isRectifiedGradient, rectifiedGradient } from './rectified.js';

/** The same elements in another shape. */
const reshaped: Rule = { by: [0], backward: (at) => [at.g.reshape(at.gradient, at.inputDims(0))] };

const transpose: Rule = {
  backward(at) {
    const rank = at.inputDims(0).length;
    const order = integersAttribute(at.node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    return [at.g.transpose(at.gradient, inverseOrder(order))];
  },
};

export const inverseOrder = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));

const concat: Rule = {
  moves: true,
  backward(at) {
    const { g, node, gradient } = at;
    const axis = fromStart(integerAttribute(node, 'axis', 1), at.outputDims().length);
    let from = 0;
    return node.inputs.map((_, i) => {
      const start = from;
      from += at.inputDims(i)[axis];
      if (!at.wants(i)) return null;
      const part = axis === 1 ? channelsOf(g, gradient, start, from) : g.slice(gradient, [start], [from], [axis]);
      return isRectifiedGradient(g, gradient) ? rectifiedGradient(g, part) : part;
    });
  },
};

const split: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const axis = fromStart(integerAttribute(node, 'axis', 0), at.inputDims(0).length);
    const parts = node.outputs.map((name, i) =>
      name === '' ? null : (at.gradients[i] ?? g.filled(at.outputDims(i), 0)),
    );
    return [parts.length === 1 ? at.gradient : g.op('Concat', parts as Value[], { axis })];
  },
};

/** Steps of one axis forwards: zeros around it. Other steps: back to where each element came from. */
const slice: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const stated = at.has(1) ? [1, 2, 3, 4].map((i) => (at.has(i) ? at.values(i) : [])) : null;
    const known = stated ? stated.every((values) => values) : true;
    const starts = stated?.[0] ?? integersAttribute(at.node, 'starts') ?? [];
    const axesGiven = stated ? (at.has(3) ? stated[2] : null) : integersAttribute(at.node, 'axes');
    const axes = axesFromStart(axesGiven ?? starts.map((_, i) => i), dims.length);
    const steps = stated && at.has(4) ? (stated[3] ?? []) : starts.map(() => 1);
    if (known && steps.every((step) => step === 1)) {
      const amounts = dims.map((size, axis) => {
        const i = axes.indexOf(axis);
        const start = i < 0 ? 0 : Math.min(Math.max(starts[i] < 0 ? starts[i] + size : starts[i], 0), size);
        return [start, size - start - at.outputDims()[axis]] as const;
      });
      return [g.pad(at.gradient, amounts)];
    }
    return [backToPlaces(at, (places) => sliced(at, places, known ? [starts, ends(at, stated), axes, steps] : null))];
  },
};

const ends = (at: Site, stated: readonly (readonly number[] | null)[] | null): readonly number[] =>
  stated?.[1] ?? integersAttribute(at.node, 'ends') ?? [];

function sliced(at: Site, places: Value, known: readonly (readonly number[])[] | null): Value {
  const operands = known
    ? known.map((values) => at.g.ints(values))
    : [1, 2, 3, 4].map((i) => (at.has(i) ? at.input(i) : null));
  return at.g.op('Slice', [places, ...operands], {}, { dims: at.outputDims() });
}

/**
 * For whatever only moves elements: the same is done to the places of the input's elements, and each gradient is added at
 * the place that stands where it does.
 *
 * @param move does to int64 of the input's dimensions what the node does; what stands at a place of -1 comes from nowhere
 */
function backToPlaces(at: Site, move: (places: Value) => Value): Value {
  const { g } = at;
  const dims = at.inputDims(0);
  const range = g.op(
    'Range',
    [g.ints([0], []), g.ints([product(dims)], []), g.ints([1], [])],
    {},
    { dims: [product(dims)] },
  );
  return scatterFlat(g, dims, move(g.reshape(range, dims)), at.gradient);
}

/** Zeros or another constant: what they surround. Repeated edges and reflections: each back to what was repeated. */
const pad: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const dims = at.inputDims(0);
    const mode = textAttribute(node, 'mode', 'constant');
    const stated =
      integersAttribute(node, 'paddings') ?? integersAttribute(node, 'pads') ?? (at.has(1) ? at.values(1) : null);
    const some = at.has(3) ? at.values(3) : null;
    if (!stated || (at.has(3) && !some)) {
      return at.refuse('pads by amounts that the model computes: it has no gradient here');
    }
    const axes = some ? axesFromStart(some, dims.length) : dims.map((_, axis) => axis);
    const amounts = dims.map((_, axis) => {
      const i = axes.indexOf(axis);
      return i < 0 ? ([0, 0] as const) : ([stated[i], stated[i + axes.length]] as const);
    });
    if (mode === 'constant')
      return [
        g.pad(
          at.gradient,
          amounts.map(([before, after]) => [-before, -after] as const),
        ),
      ];
    const pads = g.ints([...amounts.map(([before]) => before), ...amounts.map(([, after]) => after)]);
    return [backToPlaces(at, (places) => g.op('Pad', [places, pads], { mode }, { dims: at.outputDims() }))];
  },
};

const tile: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const apart = dims.flatMap((size, axis) => [size === 0 ? 0 : at.outputDims()[axis] / size, size]);
    return [
      g.sum(
        g.reshape(at.gradient, apart),
        dims.map((_, axis) => 2 * axis),
      ),
    ];
  },
};

const expand: Rule = { by: [0], backward: (at) => [at.g.unbroadcast(at.gradient, at.inputDims(0))] };

/** Depth to space and back are a reshape, a transposition and a reshape. */
function blocks(at: Site, g: GraphBuilder, value: Value, toSpace: boolean): Value {
  const size = integerAttribute(at.node, 'blocksize', 1);
  const crd = textAttribute(at.node, 'mode', 'DCR') === 'CRD';
  const [batch, channels, height, width] = g.dims(value);
  if (toSpace) {
    const depth = channels / size ** 2;
    const apart = g.reshape(
      value,
      crd ? [batch, depth, size, size, height, width] : [batch, size, size, depth, height, width],
    );
    const order = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
    return g.reshape(g.transpose(apart, order), [batch, depth, height * size, width * size]);
  }
  const apart = g.reshape(value, [batch, channels, height / size, size, width / size, size]);
  const order = crd ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
  return g.reshape(g.transpose(apart, order), [batch, channels * size ** 2, height / size, width / size]);
}

const trilu: Rule = {
  by: [0],
  backward: (at) => [
    at.g.op('Trilu', [at.gradient, at.has(1) ? at.input(1) : null], { upper: integerAttribute(at.node, 'upper', 1) }),
  ],
};

/** The middle of a picture (an operator of ONNX's first versions). */
const crop: Rule = {
  backward(at) {
    const [left, top] = integersAttribute(at.node, 'border') ?? [0, 0];
    const [, , height, width] = at.inputDims(0);
    const [, , rows, columns] = at.outputDims();
    return [
      at.g.pad(at.gradient, [
        [0, 0],
        [0, 0],
        [top, height - top - rows],
        [left, width - left - columns],
      ]),
    ];
  },
};

/** Rows in the order of time turned round, each as far as its sequence goes: turning them again. */
const reverseSequence: Rule = {
  by: [0],
  backward: (at) => [
    at.g.op(
      'ReverseSequence',
      [at.gradient, at.input(1)],
      { batch_axis: integerAttribute(at.node, 'batch_axis', 1), time_axis: integerAttribute(at.node, 'time_axis', 0) },
      { dims: at.inputDims(0) },
    ),
  ],
};

export const rearrangementRules: Record<string, Rule> = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Tile: tile,
  Expand: expand,
  DepthToSpace: { backward: (at) => [blocks(at, at.g, at.gradient, false)] },
  SpaceToDepth: { backward: (at) => [blocks(at, at.g, at.gradient, true)] },
  Trilu: trilu,
  Crop: crop,
  ReverseSequence: reverseSequence,
};
