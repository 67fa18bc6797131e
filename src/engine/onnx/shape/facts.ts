import type { Dimension } from '../../../shared/model.js';
import type { Node } from '../model.js';
import { times } from './multiples.js';

export type Shape = readonly Dimension[];

/** What is known of one tensor without running the model. */
export interface Fact {
  /** Null: not even the rank is known. */
  shape: Shape | null;
  /** Elements of small integer tensors (shapes on their way through the graph), where known. */
  values?: readonly Dimension[];
  /** The values have become floats, which are divided exactly (a pad that is half of what is missing). */
  real?: boolean;
  /** The same whatever the inputs are: weights and what is computed from them alone. */
  constant?: boolean;
}

export const unknown: Fact = { shape: null };

/** What a rule sees of a node: its inputs' facts by position, absent inputs as `unknown`. */
export interface Operands {
  node: Node;
  opset: number;
  input: (position: number) => Fact;
  /** An input's shape, null where it or its rank is unknown. */
  shape: (position: number) => Shape | null;
  /** Integers that are an attribute in older opsets and an input in newer ones. */
  integers: (attribute: string, position: number) => readonly Dimension[] | null;
}

/** The facts of a node's outputs, in order. */
export type Rule = (operands: Operands) => Fact[];

export const isNumber = (dim: Dimension | undefined): dim is number => typeof dim === 'number';

/** A product of dimensions; null where one is unknown, or two are symbols. */
export const product = (dims: Shape): Dimension => dims.reduce(times, 1);

/** An axis counted from the end becomes one counted from the start. */
export const fromStart = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Numpy's broadcasting; null where the ranks are unknown. */
export function broadcast(shapes: readonly (Shape | null)[]): Shape | null {
  if (shapes.some((shape) => shape === null)) {
    return null;
  }
  const known = shapes as Shape[];
  const rank = Math.max(0, ...known.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let dim: Dimension = 1;
    for (const shape of known) {
      const i = axis - (rank - shape.length);
      const other = i < 0 ? 1 : shape[i];
      if (other === 1) {
        continue;
      }
      if (dim === 1 || (isNumber(other) && !isNumber(dim))) {
        dim = other;
      }
    }
    return dim;
  });
}
