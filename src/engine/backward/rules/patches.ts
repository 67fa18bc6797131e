import type { Rule } from '../rule.js';
import { axesFromStart, integersAttribute, product } from './attributes.js';

/** Columns of patches laid over each other into a picture: each patch gets what arrived where it lies. */
export const columnsToImage: Rule = {
  by: [0],
  backward(at) {
    const { g, node } = at;
    const [batch, channels, ...sizes] = at.outputDims();
    const kernel = at.values(2) ?? at.refuse('with blocks of a size that the model computes has no gradient here');
    const each = (name: string, absent: number): readonly number[] =>
      integersAttribute(node, name) ?? sizes.map(() => absent);
    const [strides, dilations] = [each('strides', 1), each('dilations', 1)];
    const pads = integersAttribute(node, 'pads') ?? sizes.flatMap(() => [0, 0]);
    const padded = g.pad(at.gradient, [
      [0, 0],
      [0, 0],
      ...sizes.map((_, i) => [pads[i], pads[i + sizes.length]] as const),
    ]);
    const steps = sizes.map((size, i) =>
      Math.floor((size + pads[i] + pads[i + sizes.length] - dilations[i] * (kernel[i] - 1) - 1) / strides[i] + 1),
    );
    const offsets = kernel.reduce<number[][]>(
      (made, size) => made.flatMap((before) => Array.from({ length: size }, (_, k) => [...before, k])),
      [[]],
    );
    const axes = sizes.map((_, i) => i + 2);
    const patches = offsets.map((offset) => {
      const starts = offset.map((k, i) => k * dilations[i]);
      const ends = starts.map((start, i) => start + (steps[i] - 1) * strides[i] + 1);
      return g.reshape(g.slice(padded, starts, ends, axes, strides), [batch, channels, 1, product(steps)]);
    });
    return [g.reshape(g.op('Concat', patches, { axis: 2 }), at.inputDims(0))];
  },
};

/** Elements put back where a pool found them: each gets what arrived there. */
export const maxUnpool: Rule = {
  by: [0],
  backward(at) {
    const { g } = at;
    const flat = g.reshape(at.gradient, [product(at.outputDims())]);
    const places = g.reshape(at.input(1), [product(at.inputDims(1))]);
    return [g.reshape(g.op('Gather', [flat, places]), at.inputDims(0))];
  },
};

/** The middle of some axes, or zeros around them: zeros around the gradient, or its middle. */
export const centerCropPad: Rule = {
  by: [0],
  backward(at) {
    const dims = at.inputDims(0);
    const stated = integersAttribute(at.node, 'axes');
    const axes = stated ? axesFromStart(stated, dims.length) : dims.map((_, axis) => axis);
    const amounts = dims.map((size, axis) => {
      const less = size - at.outputDims()[axis];
      if (!axes.includes(axis) || less === 0) return [0, 0] as const;
      const before = Math.floor(Math.abs(less) / 2) * Math.sign(less);
      return [before, less - before] as const;
    });
    return [at.g.pad(at.gradient, amounts)];
  },
};
