import { fromStart } from '../../onnx/shape/index.js';
import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Inputs, Rule } from '../rule.js';
import { integersAttribute, product } from './attributes.js';
import { type Axis, sampling, type SamplingMode, samplingMode } from './sampling.js';

/**
 * Resize works axis by axis, on each as a product with a matrix of outputs × inputs; its gradient is the product with the
 * transposed one.
 */
export const resize: Rule = {
  by: [0],
  backward(at) {
    const mode = samplingMode(at);
    return [
      axesOf(at, mode).reduce(
        (gradient, axis, i) => (axis ? alongAxis(at.g, gradient, i, axis, mode) : gradient),
        at.gradient,
      ),
    ];
  },
};

/** By axis of the input; null where nothing changes. */
function axesOf(at: Inputs, mode: SamplingMode): (Axis | null)[] {
  const dims = at.inputDims(0);
  const axes = (integersAttribute(at.node, 'axes') ?? dims.map((_, i) => i)).map((axis) =>
    fromStart(axis, dims.length),
  );
  const scales = scalesOf(at, axes);
  const region = mode.coordinates === 'tf_crop_and_resize' ? at.values(1) : null;
  if (mode.coordinates === 'tf_crop_and_resize' && !region) {
    at.refuse('crops to a region that the model computes: it has no gradient here');
  }
  // Where no size changes ONNX Runtime copies, whatever the scales: 4 elements times 1.2 are 4 again.
  const isCopied = !region && dims.every((size, axis) => size === at.outputDims()[axis]);
  return dims.map((size, axis) => {
    const i = axes.indexOf(axis);
    const resized = at.outputDims()[axis];
    if (isCopied || i < 0 || (size === resized && scales[i] === 1 && !region)) return null;
    return {
      size,
      resized,
      scale: scales[i],
      region: region ? [region[i], region[i + axes.length]] : [0, 1],
    };
  });
}

function scalesOf(at: Inputs, axes: readonly number[]): readonly number[] {
  const dims = at.inputDims(0);
  const stated = at.node.attributes.get('scales');
  if (stated?.type === 'floats') return stated.value;
  const position = at.node.op === 'Upsample' || at.opset === 10 ? 1 : 2;
  if (at.has(position) && product(at.inputDims(position)) > 0) {
    return at.values(position) ?? at.refuse('is scaled by numbers that the model computes: it has no gradient here');
  }
  const policy = at.node.attributes.get('keep_aspect_ratio_policy');
  const isStretched = policy?.type !== 'string' || policy.value === 'stretch';
  const sizes =
    at.values(3) ??
    (isStretched
      ? axes.map((axis) => at.outputDims()[axis])
      : at.refuse('is resized to sizes that the model computes, keeping its aspect: it has no gradient here'));
  const ratios = axes.map((axis, i) => sizes[i] / dims[axis]);
  if (isStretched) return ratios;
  const common = policy.value === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return ratios.map(() => common);
}

function alongAxis(g: GraphBuilder, gradient: Value, index: number, axis: Axis, mode: SamplingMode): Value {
  const dims = g.dims(gradient);
  const to = dims.map((dim, i) => (i === index ? axis.size : dim));
  const [before, behind] = [product(dims.slice(0, index)), product(dims.slice(index + 1))];
  const weights = sampling(axis, mode);
  const times = repeats(weights, axis);
  if (times > 0) {
    return g.reshape(g.sum(g.reshape(gradient, [before, axis.size, times, behind]), [2]), to);
  }
  const matrix = g.floats(weights, [axis.resized, axis.size]);
  if (behind === 1) return g.reshape(g.op('MatMul', [g.reshape(gradient, [before, axis.resized]), matrix]), to);
  const product3 = g.op('MatMul', [g.transpose(matrix, [1, 0]), g.reshape(gradient, [before, axis.resized, behind])]);
  return g.reshape(product3, to);
}

/** How often each element is repeated, one after the other; 0 where that is not what is done. */
function repeats(weights: Float32Array, { size, resized }: Axis): number {
  const times = resized / size;
  const isRepeated =
    Number.isInteger(times) &&
    weights.every((w, i) => w === Number(Math.floor(Math.floor(i / size) / times) === i % size));
  return isRepeated ? times : 0;
}
