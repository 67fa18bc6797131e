import type { Dimension } from '../../../shared/model.js';
import { integerAttribute, integersAttribute } from '../graphIndex.js';
import { type Fact, fromStart, isNumber, product, type Rule, type Shape, unknown } from './facts.js';
import { divided } from './multiples.js';

const allNumbers = (values: readonly Dimension[] | null | undefined): values is readonly number[] =>
  values?.every(isNumber) ?? false;

export const reshape: Rule = ({ node, input, shape, integers }) => {
  const wanted = integers('shape', 1);
  const from = shape(0);
  const { values } = input(0);
  if (!wanted) {
    const rank = shape(1)?.[0];
    return [{ shape: isNumber(rank) && rank < 64 ? Array<null>(rank).fill(null) : null, values }];
  }
  const zeroKeeps = integerAttribute(node, 'allowzero', 0) === 0;
  const dims = wanted.map((dim, axis): Dimension => (dim === 0 && zeroKeeps ? (from?.[axis] ?? null) : dim));
  const open = dims.indexOf(-1);
  if (open >= 0) {
    dims[open] = from
      ? quotient(
          from,
          dims.filter((_, axis) => axis !== open),
        )
      : null;
  }
  return [{ shape: dims, values }];
};

/** What a shape leaves for one axis after the others: common symbols cancel. */
function quotient(from: Shape, others: Shape): Dimension {
  const rest = [...others];
  const left = from.filter((dim) => {
    const i = typeof dim === 'string' ? rest.indexOf(dim) : -1;
    if (i >= 0) {
      rest.splice(i, 1);
    }
    return i < 0;
  });
  // N × 16 × 7 × 7 to ? × 784: the symbol remains where the numbers cancel.
  return divided(product(left), product(rest));
}

export const flatten: Rule = ({ node, shape }) => {
  const from = shape(0);
  if (!from) {
    return [{ shape: [null, null] }];
  }
  const axis = fromStart(integerAttribute(node, 'axis', 1), from.length);
  return [{ shape: [product(from.slice(0, axis)), product(from.slice(axis))] }];
};

export const transpose: Rule = ({ node, input, shape }) => {
  const from = shape(0);
  const order = integersAttribute(node, 'perm') ?? from?.map((_, axis) => from.length - 1 - axis) ?? null;
  if (!from || !order) {
    return [{ shape: order ? order.map(() => null) : null }];
  }
  const dims = order.map((axis) => from[axis] ?? null);
  return [
    {
      shape: dims,
      values: gathered(input(0).values, from, dims, (at) => order.map((_, axis) => at[order.indexOf(axis)])),
    },
  ];
};

/**
 * The elements of a small tensor at other places.
 *
 * @param source by the indices of an element among `dims`: its indices among the dimensions it comes from
 */
function gathered(
  values: readonly Dimension[] | undefined,
  from: Shape,
  dims: Shape,
  source: (at: readonly number[]) => readonly number[],
): readonly Dimension[] | undefined {
  if (!values || !allNumbers(from) || !allNumbers(dims)) {
    return undefined;
  }
  const count = dims.reduce((all, dim) => all * dim, 1);
  return Array.from({ length: count }, (_, element) => {
    const at: number[] = [];
    let rest = element;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at[axis] = rest % dims[axis];
      rest = Math.floor(rest / dims[axis]);
    }
    return values[source(at).reduce((position, index, axis) => position * from[axis] + index, 0)] ?? null;
  });
}

export const squeeze: Rule = ({ node, input, shape, integers }) => {
  const from = shape(0);
  const { values } = input(0);
  const axes = integers('axes', 1);
  if (!from) {
    return [{ shape: null, values }];
  }
  if (!axes && node.inputs[1]) {
    return [{ shape: null, values }];
  }
  if (!axes) {
    return [{ shape: from.every(isNumber) ? from.filter((dim) => dim !== 1) : null, values }];
  }
  const gone = new Set(axes.map((axis) => (isNumber(axis) ? fromStart(axis, from.length) : -1)));
  return [{ shape: from.filter((_, axis) => !gone.has(axis)), values }];
};

export const unsqueeze: Rule = ({ input, shape, integers }) => {
  const from = shape(0);
  const { values } = input(0);
  const axes = integers('axes', 1);
  if (!from || !allNumbers(axes)) {
    return [{ shape: null, values }];
  }
  const rank = from.length + axes.length;
  const made = new Set(axes.map((axis) => fromStart(axis, rank)));
  const rest = [...from];
  return [{ shape: Array.from({ length: rank }, (_, axis) => (made.has(axis) ? 1 : (rest.shift() ?? null))), values }];
};

/** @param first position of the first part */
export const concat =
  (first: number, step: number): Rule =>
  ({ node, input }) => {
    const parts: Fact[] = [];
    for (let i = first; i < node.inputs.length; i += step) {
      parts.push(input(i));
    }
    const values = parts.every((part) => part.values) ? parts.flatMap((part) => part.values!) : undefined;
    const shapes = parts.map((part) => part.shape);
    const rank = shapes.find((shape) => shape)?.length;
    if (rank === undefined) {
      return [{ shape: null, values }];
    }
    const axis = fromStart(integerAttribute(node, 'axis', 1), rank);
    const shape = Array.from({ length: rank }, (_, i): Dimension => {
      const dims = shapes.map((part) => part?.[i] ?? null);
      if (i === axis) {
        return dims.every(isNumber) ? dims.reduce((sum, dim) => sum + dim, 0) : null;
      }
      return dims.find(isNumber) ?? dims.find((dim) => dim !== null) ?? null;
    });
    return [{ shape, values }];
  };

export const split: Rule = ({ node, shape, integers }) => {
  const from = shape(0);
  if (!from) {
    return node.outputs.map(() => unknown);
  }
  const axis = fromStart(integerAttribute(node, 'axis', 0), from.length);
  const sizes = integers('split', 1);
  const whole = from[axis];
  const equal = !node.inputs[1];
  const share = isNumber(whole) && equal ? Math.ceil(whole / node.outputs.length) : null;
  return node.outputs.map((_, i) => {
    const last = isNumber(whole) && share !== null && i === node.outputs.length - 1 ? whole - share * i : share;
    return { shape: from.map((dim, at) => (at === axis ? (sizes ? (sizes[i] ?? null) : last) : dim)) };
  });
};

export const slice: Rule = ({ input, shape, integers }) => {
  const from = shape(0);
  const starts = integers('starts', 1);
  const ends = integers('ends', 2);
  const axes = integers('axes', 3) ?? starts?.map((_, i) => i) ?? null;
  const steps = integers('steps', 4);
  if (!from) {
    return [unknown];
  }
  if (!starts || !ends || !allNumbers(axes)) {
    const touched = allNumbers(axes) ? new Set(axes.map((axis) => fromStart(axis, from.length))) : null;
    return [{ shape: from.map((dim, axis) => (touched && !touched.has(axis) ? dim : null)) }];
  }
  const dims = [...from];
  let { values } = input(0);
  axes.forEach((stated, i) => {
    const axis = fromStart(stated, from.length);
    const size = from[axis];
    const start = starts[i];
    const end = ends[i];
    const step = steps?.[i] ?? 1;
    if (!isNumber(step) || !isNumber(start)) {
      dims[axis] = null;
      values = undefined;
      return;
    }
    if (!isNumber(size) || !isNumber(end)) {
      const all = start === 0 && step === 1 && ((isNumber(end) && end > 2 ** 30) || (end !== null && end === size));
      dims[axis] = all ? size : null;
      values = undefined;
      return;
    }
    const clamp = (at: number, low: number, high: number): number =>
      Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const [a, b] =
      step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
    dims[axis] = Math.max(0, Math.ceil((b - a) / step));
    const before = [...dims];
    before[axis] = size;
    values = gathered(values, before, dims, (at) => at.map((index, i) => (i === axis ? a + index * step : index)));
  });
  return [{ shape: dims, values }];
};

export const gather: Rule = ({ node, input, shape }) => {
  const from = shape(0);
  const at = shape(1);
  if (!from || !at) {
    return [unknown];
  }
  const axis = fromStart(integerAttribute(node, 'axis', 0), from.length);
  const old = input(0).values;
  const indices = input(1).values;
  const values =
    old && from.length === 1 && allNumbers(indices)
      ? indices.map((index) => old[fromStart(index, old.length)] ?? null)
      : undefined;
  return [{ shape: [...from.slice(0, axis), ...at, ...from.slice(axis + 1)], values }];
};
