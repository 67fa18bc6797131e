import type { Node } from '../../onnx/index.js';
import type { Fact } from '../../onnx/shape/index.js';

/** What is around a node that is rewritten. Fractions are float32 wherever they are. */
export interface Surroundings {
  fact(tensor: string): Fact | undefined;
  /** Whether a node, the graph's outputs or anybody outside takes the tensor. */
  isUsed(tensor: string): boolean;
  /** A name that no tensor has. */
  fresh(): string;
  /** An int64 constant, of one axis unless `dims` says otherwise. */
  ints(values: readonly number[], dims?: readonly number[]): string;
  /** A float32 constant. */
  floats(values: readonly number[], dims: readonly number[]): string;
}

/**
 * What a node of one version is in the next one: nodes that give tensors of the same names and values. Null where that is
 * not certain.
 */
export type Change = (node: Node, around: Surroundings) => Node[] | null;

/** A change that nothing is known to survive. */
export const uncertain: Change = () => null;

/** A node with other attributes; undefined takes one away. The node itself where that changes nothing. */
export function withAttributes(node: Node, given: Record<string, string | number | undefined>): Node {
  if (Object.entries(given).every(([name, value]) => value === undefined && !node.attributes.has(name))) return node;
  const attributes = new Map(node.attributes);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) attributes.delete(name);
    else attributes.set(name, typeof value === 'string' ? { type: 'string', value } : { type: 'int', value });
  }
  return { ...node, attributes };
}

/** A node with other inputs; those that are absent at the end are left out. The node itself where they are its own. */
export function withInputs(node: Node, inputs: readonly string[]): Node {
  const given = [...inputs];
  while (given.length > 0 && given[given.length - 1] === '') given.pop();
  const isSame = given.length === node.inputs.length && given.every((name, i) => name === node.inputs[i]);
  return isSame ? node : { ...node, inputs: given };
}

export function floatAttribute(node: Node, name: string): number | null {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'float' ? attribute.value : null;
}
