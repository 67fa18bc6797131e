import type { Dimension } from '../../../shared/model.js';
import { integerAttribute, integersAttribute, textAttribute } from '../graphIndex.js';
import { fromStart, isNumber, type Rule, unknown } from './facts.js';

export const tile: Rule = ({ input, shape }) => {
  const from = shape(0);
  const times = input(1).values;
  return [
    {
      shape:
        from &&
        from.map((dim, axis): Dimension => {
          const count = times?.[axis] ?? null;
          return isNumber(dim) && isNumber(count) ? dim * count : count === 1 ? dim : null;
        }),
    },
  ];
};

export const pad: Rule = ({ node, input, shape, integers }) => {
  const from = shape(0);
  const amounts = integers('pads', 1) ?? integersAttribute(node, 'paddings');
  const axes = input(3).values;
  if (!from) {
    return [unknown];
  }
  const padded = axes
    ? axes.map((axis) => (isNumber(axis) ? fromStart(axis, from.length) : -1))
    : from.map((_, i) => i);
  return [
    {
      shape: from.map((dim, axis): Dimension => {
        const i = padded.indexOf(axis);
        if (i < 0) {
          return dim;
        }
        const before = amounts?.[i];
        const after = amounts?.[i + padded.length];
        if (before === 0 && after === 0) {
          return dim;
        }
        return isNumber(dim) && isNumber(before) && isNumber(after) ? dim + before + after : null;
      }),
    },
  ];
};

/** Resize, and Upsample before it: scales at the second or third input, sizes at the fourth. */
export const resize: Rule = ({ node, opset, input, shape }) => {
  const from = shape(0);
  if (!from) {
    return [unknown];
  }
  const stated = node.attributes.get('scales');
  const scales =
    stated?.type === 'floats' ? stated.value : input(node.op === 'Upsample' || opset === 10 ? 1 : 2).values;
  // Another policy than to stretch makes other sizes of those that are stated.
  const isStretched = textAttribute(node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch';
  const sizes = isStretched ? input(3).values : undefined;
  const axes = integersAttribute(node, 'axes')?.map((axis) => fromStart(axis, from.length)) ?? from.map((_, i) => i);
  return [
    {
      shape: from.map((dim, axis): Dimension => {
        const i = axes.indexOf(axis);
        if (i < 0) {
          return dim;
        }
        const size = sizes?.[i];
        if (isNumber(size)) {
          return size;
        }
        const scale = scales?.[i];
        return isNumber(dim) && isNumber(scale) ? Math.floor(dim * scale) : scale === 1 ? dim : null;
      }),
    },
  ];
};

export const reduce: Rule = ({ node, shape, integers }) => {
  const from = shape(0);
  const axes = integers('axes', 1);
  if (!from || (axes === null && node.inputs.length > 1 && node.inputs[1] !== '')) {
    return [unknown];
  }
  const keeps = integerAttribute(node, 'keepdims', 1) === 1;
  if ((!axes || axes.length === 0) && integerAttribute(node, 'noop_with_empty_axes', 0) === 1) {
    return [{ shape: from }];
  }
  const reduced =
    axes && axes.length > 0 ? new Set(axes.map((a) => (isNumber(a) ? fromStart(a, from.length) : -1))) : null;
  const isReduced = (axis: number): boolean => !reduced || reduced.has(axis);
  return [
    {
      shape: keeps ? from.map((dim, axis) => (isReduced(axis) ? 1 : dim)) : from.filter((_, axis) => !isReduced(axis)),
    },
  ];
};

/** ArgMax, ArgMin: one axis. */
export const reduceOne: Rule = ({ node, shape }) => {
  const from = shape(0);
  if (!from) {
    return [unknown];
  }
  const axis = fromStart(integerAttribute(node, 'axis', 0), from.length);
  const keeps = integerAttribute(node, 'keepdims', 1) === 1;
  return [{ shape: from.flatMap((dim, i) => (i !== axis ? [dim] : keeps ? [1] : [])) }];
};

export const crop: Rule = ({ node, shape }) => {
  const from = shape(0);
  const border = integersAttribute(node, 'border');
  if (from?.length !== 4 || !border) {
    return [unknown];
  }
  const [left, top, right, bottom] = border;
  const size = integersAttribute(node, 'scale');
  const less = (dim: Dimension, by: number): Dimension => (isNumber(dim) ? dim - by : null);
  return [
    {
      shape: [from[0], from[1], size?.[0] ?? less(from[2], top + bottom), size?.[1] ?? less(from[3], left + right)],
    },
  ];
};
