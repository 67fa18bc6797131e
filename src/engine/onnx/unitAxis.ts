import { indexOf, integerAttribute, integersAttribute } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { kindOf } from './operators.js';
import { channelsLast } from './shape/convolution.js';
import { multipleOf } from './shape/multiples.js';
import { groupNormInput } from './writtenOutNorm.js';
import { type Fact, fromStart, inferFacts, isNumber, type Shape } from './shape/index.js';

const axesOf = new WeakMap<OnnxModel, ReadonlyMap<string, number>>();

/**
 * On which axis of each tensor the units lie: channels of a convolution, features of a linear layer. It is followed
 * through the graph, so that an activation behind a Transpose or a Reshape has the axis that its convolution gave.
 */
export function unitAxes(model: OnnxModel): ReadonlyMap<string, number> {
  let axes = axesOf.get(model);
  if (!axes) {
    axes = follow(model);
    axesOf.set(model, axes);
  }
  return axes;
}

/** Where nothing upstream says: the second axis of maps, otherwise the last. */
export function usualUnitAxis(shape: Shape | null): number | null {
  if (!shape || shape.length === 0) {
    return null;
  }
  return shape.length >= 4 ? 1 : shape.length - 1;
}

function follow(model: OnnxModel): Map<string, number> {
  const facts = inferFacts(model);
  const axes = new Map<string, number>();
  for (const { name, shape } of model.graph.inputs) {
    const axis = inputAxis(shape);
    if (axis !== null) {
      axes.set(name, axis);
    }
  }
  for (const node of indexOf(model).sorted) {
    node.outputs.forEach((output) => {
      const fact = facts.get(output);
      if (output !== '' && fact && !fact.constant) {
        const axis = axisOf(model, node, fact, facts, axes);
        if (axis !== null && axis >= 0 && (!fact.shape || axis < fact.shape.length)) {
          axes.set(output, axis);
        }
      }
    });
  }
  return axes;
}

/** Pictures have their channels first, unless the last axis is as short as channels are and the second is not. */
function inputAxis(shape: Shape | null): number | null {
  if (!shape || shape.length === 0) {
    return null;
  }
  if (shape.length < 4) {
    return shape.length === 2 ? 1 : null;
  }
  const short = (dim: unknown): boolean => isNumber(dim as number) && (dim as number) <= 4;
  return !short(shape[1]) && short(shape[shape.length - 1]) ? shape.length - 1 : 1;
}

function axisOf(
  model: OnnxModel,
  node: Node,
  fact: Fact,
  facts: ReadonlyMap<string, Fact>,
  axes: ReadonlyMap<string, number>,
): number | null {
  const rank = fact.shape?.length ?? null;
  const last = rank === null || rank === 0 ? null : rank - 1;
  const kind = kindOf(node);
  const [data = ''] = node.inputs;
  const from = axes.get(data);
  const shape = facts.get(data)?.shape ?? null;
  switch (kind) {
    case 'convolution':
      return channelsLast(node) ? last : 1;
    case 'linear':
    case 'recurrent':
    case 'attention':
      return last;
    case 'norm':
      // Tokens go in, vectors come out.
      if (node.op === 'EmbedLayerNormalization') return last;
      return /LayerNorm|RMSNorm|LpNorm/.test(node.op) ? (from ?? last) : (from ?? (rank === null || rank > 1 ? 1 : 0));
  }
  switch (node.op) {
    case 'Transpose': {
      const order = integersAttribute(node, 'perm') ?? (shape ? shape.map((_, i) => shape.length - 1 - i) : null);
      return from === undefined || !order ? null : order.indexOf(from);
    }
    case 'Flatten':
      return 1;
    case 'Reshape': {
      const grouped = groupNormInput(model, node);
      return grouped === null ? reshaped(shape, fact.shape, from) : (axes.get(grouped) ?? 1);
    }
    case 'Squeeze':
    case 'Unsqueeze':
      return kept(shape, fact.shape, from) ?? last;
    case 'Gather': {
      const axis = shape ? fromStart(integerAttribute(node, 'axis', 0), shape.length) : 0;
      if (facts.get(data)?.constant) {
        return last;
      }
      const more = (facts.get(node.inputs[1])?.shape?.length ?? 0) - 1;
      return from === undefined || from === axis ? null : from < axis ? from : from + more;
    }
  }
  if (node.op.startsWith('Reduce') || node.op.startsWith('Arg')) {
    return integerAttribute(node, 'keepdims', 1) === 1 ? (from ?? null) : reduced(node, shape, facts, from);
  }
  // Element by element, or along the units' places: as the operand of the result's rank has it.
  for (const input of node.inputs) {
    const axis = axes.get(input);
    const other = facts.get(input)?.shape;
    if (axis !== undefined && (!other || rank === null || other.length === rank)) {
      return axis;
    }
  }
  return null;
}

/** The axis with the same number of elements before it, and the same length. */
function reshaped(from: Shape | null, to: Shape | null, axis: number | undefined): number | null {
  if (!to) {
    return null;
  }
  if (to.length === 2) {
    return 1;
  }
  return axis === undefined ? null : kept(from, to, axis);
}

function kept(from: Shape | null, to: Shape | null, axis: number | undefined): number | null {
  if (!from || !to || axis === undefined) {
    return null;
  }
  const before = size(from.slice(0, axis));
  for (let i = 0; i < to.length; i++) {
    if (to[i] === from[axis] && to[i] !== 1 && sameSize(size(to.slice(0, i)), before)) {
      return i;
    }
  }
  return null;
}

/** Numbers multiplied, with the symbols left over; the batch axis may be unknown on either side. */
function size(dims: Shape): { numbers: number; open: number } {
  const parts = dims.map(multipleOf);
  return {
    numbers: parts.reduce((all, part) => all * (part?.count ?? 1), 1),
    open: parts.filter((part) => !part || part.symbol !== null).length,
  };
}

const sameSize = (a: ReturnType<typeof size>, b: ReturnType<typeof size>): boolean =>
  a.numbers === b.numbers && a.open === b.open;

function reduced(
  node: Node,
  shape: Shape | null,
  facts: ReadonlyMap<string, Fact>,
  axis: number | undefined,
): number | null {
  const given = integersAttribute(node, 'axes') ?? facts.get(node.inputs[1] ?? '')?.values;
  const axes = node.op.startsWith('Arg') ? [integerAttribute(node, 'axis', 0)] : given;
  if (axis === undefined || !shape || !axes?.every(isNumber)) {
    return null;
  }
  const gone = axes.map((other) => fromStart(other as number, shape.length));
  return gone.includes(axis) ? null : axis - gone.filter((other) => other < axis).length;
}
