import { usedBy } from '../onnx/graphIndex.js';
import type { Attribute, Graph, Node, OnnxModel, TensorReference } from '../onnx/index.js';
import type { Fact } from '../onnx/shape/index.js';

/** A model without calls: the nodes of its functions, and of the branches that are taken, stand in the graph itself. */
export interface InlinedModel {
  model: OnnxModel;
  /** By position in the original graph: the nodes and weights that stand for a node. */
  replaced: ReadonlyMap<number, { nodes: Node[]; initializers: TensorReference[] }>;
}

/** Functions that call functions, and branches in branches, are followed this far. */
const deepest = 16;

/**
 * Puts the nodes of model-local functions into the graph, and those of an `If` whose condition is known.
 *
 * @param facts null: nothing is known yet, an `If` stays
 */
export function inlined(model: OnnxModel, facts: ReadonlyMap<string, Fact> | null): InlinedModel {
  const replaced = new Map<number, { nodes: Node[]; initializers: TensorReference[] }>();
  const nodes: Node[] = [];
  const added = new Map(model.graph.initializers);
  model.graph.nodes.forEach((node, position) => {
    const initializers: TensorReference[] = [];
    const made = expanded(node, { model, facts, initializers, depth: 0 });
    nodes.push(...made);
    if (made.length !== 1 || made[0] !== node) {
      replaced.set(position, { nodes: made, initializers });
      initializers.forEach((tensor) => added.set(tensor.name, tensor));
    }
  });
  if (replaced.size === 0) return { model, replaced };
  return { model: { ...model, graph: { ...model.graph, nodes, initializers: added } }, replaced };
}

interface Place {
  model: OnnxModel;
  facts: ReadonlyMap<string, Fact> | null;
  initializers: TensorReference[];
  depth: number;
}

function expanded(node: Node, place: Place): Node[] {
  if (place.depth >= deepest) return [node];
  const deeper = { ...place, depth: place.depth + 1 };
  const local = place.model.functions.get(`${node.domain}:${node.op}`);
  if (local) {
    const names = new Map(local.inputs.map((name, i) => [name, node.inputs[i] ?? '']));
    const given = new Map([...local.attributes, ...node.attributes]);
    return renamed(node, local.nodes, local.outputs, names, given).flatMap((inner) => expanded(inner, deeper));
  }
  const condition = node.op === 'If' && node.domain === '' ? place.facts?.get(node.inputs[0])?.values?.[0] : undefined;
  const branch = typeof condition === 'number' ? node.attributes.get(condition ? 'then_branch' : 'else_branch') : null;
  if (branch?.type !== 'graph') return [node];
  const { nodes, initializers, outputs } = branch.value;
  const own = new Map([...initializers.values()].map((tensor) => [tensor.name, `${prefixOf(node)}${tensor.name}`]));
  for (const tensor of initializers.values()) place.initializers.push({ ...tensor, name: own.get(tensor.name)! });
  const results = outputs.map(({ name }) => name);
  return renamed(node, nodes, results, own, null).flatMap((inner) => expanded(inner, deeper));
}

/** Unique, for each output of a graph has one producer. */
const prefixOf = (node: Node): string => `${node.outputs.find((name) => name !== '')}/`;

/**
 * Nodes of a function or branch with the names that they have at the call. A result that is one of the names around (an
 * input handed on) gets a node of its own.
 *
 * @param given attributes of the call; null for a branch, whose attributes are its own
 */
function renamed(
  call: Node,
  nodes: readonly Node[],
  results: readonly string[],
  known: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, Attribute> | null,
): Node[] {
  const names = new Map(known);
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const handedOn: Node[] = [];
  for (const name of made) names.set(name, `${prefixOf(call)}${name}`);
  results.forEach((name, i) => {
    const outer = call.outputs[i] ?? '';
    if (outer === '') return;
    const isFirst = made.has(name) && results.indexOf(name) === i;
    if (isFirst) names.set(name, outer);
    else handedOn.push(identity(call, names.get(name) ?? name, outer));
  });
  const rename = (name: string): string => (name === '' ? '' : (names.get(name) ?? name));
  return [
    ...nodes.map((node) => ({
      ...node,
      name: call.name === '' ? node.name : `${call.name}/${node.name}`,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
      attributes: resolved(node, given, names),
    })),
    ...handedOn.map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
  ];
}

function resolved(
  node: Node,
  given: ReadonlyMap<string, Attribute> | null,
  names: ReadonlyMap<string, string>,
): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    const value = attribute.type === 'reference' ? given?.get(attribute.value) : attribute;
    if (value) attributes.set(name, value.type === 'graph' ? { ...value, value: captured(value.value, names) } : value);
  }
  return attributes;
}

/** A graph inside, whose nodes use names around it. Names of its own hide those. */
function captured(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const inner = new Map(names);
  const own = [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()];
  for (const name of [...own, ...graph.nodes.flatMap((node) => node.outputs)]) inner.delete(name);
  const rename = (name: string): string => inner.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      attributes: resolved(node, null, inner),
    })),
    outputs: graph.outputs.map((output) => ({ ...output, name: rename(output.name) })),
  };
}

const identity = (call: Node, from: string, to: string): Node => ({
  ...call,
  name: '',
  op: 'Identity',
  domain: '',
  inputs: [from],
  outputs: [to],
  attributes: new Map(),
});

/** Whether a node holds graphs that use any of these tensors. */
export const captures = (node: Node, tensors: ReadonlySet<string>): boolean =>
  [...usedBy(node)].some((name) => tensors.has(name) && !node.inputs.includes(name));
