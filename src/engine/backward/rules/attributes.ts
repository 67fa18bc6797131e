import type { Node } from '../../onnx/index.js';
import { fromStart } from '../../onnx/shape/index.js';
import type { Inputs } from '../rule.js';

export { integerAttribute, integersAttribute, textAttribute } from '../../onnx/graphIndex.js';

export function floatAttribute(node: Node, name: string, absent: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'float' || attribute?.type === 'int' ? attribute.value : absent;
}

/**
 * Integers that are an attribute in older opsets and an input in newer ones; null where neither is there.
 *
 * @throws UserError where the input is computed from the model's input
 */
export function integers(at: Inputs, attribute: string, position: number): readonly number[] | null {
  const stated = at.node.attributes.get(attribute);
  if (stated?.type === 'ints') return stated.value;
  if (!at.has(position)) return null;
  return at.values(position) ?? at.refuse(`takes "${attribute}" from what the model computes: it has no gradient here`);
}

/** Axes from the start, of a tensor of this rank. */
export const axesFromStart = (axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => fromStart(axis, rank));

export const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);
