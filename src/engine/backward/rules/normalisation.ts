import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Rule, Site } from '../rule.js';
import { floatAttribute, integerAttribute, product } from './attributes.js';

/** [1, C, 1, ...]: one number a channel beside a tensor of this rank. */
const perChannel = (g: GraphBuilder, value: Value, rank: number, axis = 1): Value =>
  g.reshape(
    value,
    Array.from({ length: rank }, (_, i) => (i === axis ? product(g.dims(value)) : 1)),
  );

const mean = (g: GraphBuilder, value: Value, axes: readonly number[]): Value =>
  g.op('ReduceMean', [value, g.ints(axes)], { keepdims: 1 });

/**
 * With the statistics of training: dx = dy × scale / √(var + ε). In training mode the batch's own statistics, which depend
 * on x too.
 */
export const batchNormalization: Rule = {
  by: [0, 1, 2],
  backward(at) {
    const { g, node, gradient } = at;
    const rank = at.inputDims(0).length;
    const others = at.inputDims(0).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const epsilon = floatAttribute(node, 'epsilon', 1e-5);
    if (integerAttribute(node, 'training_mode', 0) === 1) {
      if (at.gradients.slice(1).some((arrived) => arrived)) at.refuse('has no gradient by its statistics here');
      return scaled(at, { axes: others, epsilon, scale: (value) => perChannel(g, value, rank) });
    }
    const channel = (position: number): Value => perChannel(g, at.input(position), rank);
    const inverse = (): Value => g.div(1, g.op('Sqrt', [g.add(at.input(4), epsilon)]));
    const normalised = (): Value => g.mul(g.sub(at.input(0), channel(3)), perChannel(g, inverse(), rank));
    return [
      at.wants(0) ? g.mul(gradient, perChannel(g, g.mul(at.input(1), inverse()), rank)) : null,
      at.wants(1) ? g.sum(g.mul(gradient, normalised()), others) : null,
      at.wants(2) ? g.sum(gradient, others) : null,
    ];
  },
};

/**
 * x̂ = (x - mean) / √(var + ε) over some axes: dx = (dx̂ - mean(dx̂) - x̂ mean(dx̂ x̂)) / √(var + ε). Without centring
 * (root mean square) the middle term is absent; with the deviation held, as if it were a constant, the last one is.
 */
export function normalised(
  g: GraphBuilder,
  x: Value,
  axes: readonly number[],
  epsilon: number,
  { centred = true, held = false } = {},
) {
  const centre = centred ? g.sub(x, mean(g, x, axes)) : x;
  const inverse = g.div(1, g.op('Sqrt', [g.add(mean(g, g.mul(centre, centre), axes), epsilon)]));
  const hat = g.mul(centre, inverse);
  return {
    hat,
    backward(gradient: Value): Value {
      const rest = centred ? g.sub(gradient, mean(g, gradient, axes)) : gradient;
      if (held) return g.mul(rest, inverse);
      const along = g.mul(hat, mean(g, g.mul(gradient, hat), axes));
      return g.mul(g.sub(rest, along), inverse);
    },
  };
}

/** Normalises x, seen in another shape, and scales and shifts what comes out. */
function scaled(
  at: Site,
  {
    shape = at.inputDims(0),
    axes,
    epsilon,
    centred = true,
    held = false,
    scale,
  }: {
    shape?: readonly number[];
    axes: readonly number[];
    epsilon: number;
    centred?: boolean;
    held?: boolean;
    scale: (value: Value) => Value;
  },
): (Value | null)[] {
  const { g, gradient } = at;
  const dims = at.inputDims(0);
  const made = normalised(g, g.reshape(at.input(0), shape), axes, epsilon, { centred, held });
  const sumTo = (value: Value, position: number): Value => {
    const summed = g.unbroadcast(value, g.dims(scale(at.input(position))));
    const count = product(at.inputDims(position));
    // One scale for several channels gets what all of them get.
    const apart = g.reshape(summed, [count, product(g.dims(summed)) / count]);
    return g.reshape(g.sum(apart, [1]), at.inputDims(position));
  };
  const data = (): Value => {
    const incoming = at.has(1) ? g.mul(gradient, scale(at.input(1))) : gradient;
    return g.reshape(made.backward(g.reshape(incoming, shape)), dims);
  };
  return [
    at.wants(0) ? data() : null,
    at.wants(1) ? sumTo(g.mul(gradient, g.reshape(made.hat, dims)), 1) : null,
    at.wants(2) ? sumTo(gradient, 2) : null,
  ];
}

const behind = (first: number, rank: number): number[] => Array.from({ length: rank - first }, (_, i) => first + i);

/** Each channel of each sample by itself. */
const instanceNormalization = (held: boolean): Rule => ({
  backward(at) {
    const rank = at.inputDims(0).length;
    return scaled(at, {
      axes: behind(2, rank),
      epsilon: floatAttribute(at.node, 'epsilon', 1e-5),
      held,
      scale: (value) => perChannel(at.g, value, rank),
    });
  },
});

/** Everything from an axis on, centred or by its root mean square alone. */
const layerNormalization = (centred: boolean, held: boolean): Rule => ({
  backward(at) {
    const rank = at.inputDims(0).length;
    const axis = fromStart(integerAttribute(at.node, 'axis', -1), rank);
    if (at.gradients.slice(1).some((gradient) => gradient)) at.refuse('has no gradient by its statistics here');
    return scaled(at, {
      axes: behind(axis, rank),
      epsilon: floatAttribute(at.node, 'epsilon', 1e-5),
      centred,
      held,
      scale: (value) => value,
    });
  },
});

/** Groups of channels; scale and shift are one a group in opset 18 and one a channel since 21. */
const groupNormalization = (held: boolean): Rule => ({
  backward(at) {
    const { g, node } = at;
    const dims = at.inputDims(0);
    const [batch, channels, ...spatial] = dims;
    const groups = integerAttribute(node, 'num_groups', 1);
    return scaled(at, {
      shape: [batch, groups, channels / groups, ...spatial],
      axes: behind(2, dims.length + 1),
      epsilon: floatAttribute(node, 'epsilon', 1e-5),
      held,
      scale(value) {
        const count = product(g.dims(value));
        if (count === channels) return perChannel(g, value, dims.length);
        const repeated = g.op('Expand', [g.reshape(value, [count, 1]), g.ints([count, channels / count])]);
        return perChannel(g, g.reshape(repeated, [channels]), dims.length);
      },
    });
  },
});

/** @param held the deviations that are divided by, as if they were constants */
export const normalisations = (held: boolean) => ({
  InstanceNormalization: instanceNormalization(held),
  LayerNormalization: layerNormalization(true, held),
  RMSNormalization: layerNormalization(false, held),
  SimplifiedLayerNormalization: layerNormalization(false, held),
  GroupNormalization: groupNormalization(held),
});

/** Across channels: y = x s^-β with s = k + α/n Σ x² over n channels. dx = dy s^-β - 2αβ/n x Σ dy x s^(-β-1). */
export const localResponse: Rule = {
  backward(at) {
    const { g, node, gradient } = at;
    const size = integerAttribute(node, 'size', 1);
    const alpha = floatAttribute(node, 'alpha', 1e-4);
    const beta = floatAttribute(node, 'beta', 0.75);
    const before = Math.floor((size - 1) / 2);
    const after = size - 1 - before;
    const x = at.input(0);
    const s = g.add(
      g.mul(channelSums(g, g.mul(x, x), size, before, after), alpha / size),
      floatAttribute(node, 'bias', 1),
    );
    const power = g.op('Pow', [s, -beta]);
    const along = channelSums(g, g.mul(g.mul(gradient, at.output()), g.div(1, s)), size, after, before);
    return [g.sub(g.mul(gradient, power), g.mul(g.mul(x, along), (2 * alpha * beta) / size))];
  },
};

/** For each channel the sum over those around it. */
function channelSums(g: GraphBuilder, value: Value, size: number, before: number, after: number): Value {
  const dims = g.dims(value);
  const plane = g.reshape(value, [dims[0], 1, dims[1], product(dims.slice(2))]);
  const means = g.op('AveragePool', [plane], {
    kernel_shape: [size, 1],
    pads: [before, 0, after, 0],
    count_include_pad: 1,
  });
  return g.mul(g.reshape(means, dims), size);
}
