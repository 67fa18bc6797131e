import type { Attribute, Graph, Node, OnnxModel, TensorReference } from './model.js';

/** Who computes and who uses each tensor of a graph. */
export interface GraphIndex {
  graph: Graph;
  /** Every node after those that compute its inputs; where the order is free, as in the file. */
  sorted: readonly Node[];
  producer: ReadonlyMap<string, Node>;
  /** Nodes that take the tensor as an input, each once; those inside subgraphs count as the node that holds the subgraph. */
  consumers: (tensor: string) => readonly Node[];
  /** Graph outputs by name. */
  outputs: ReadonlySet<string>;
  /** The initializer or Constant of that name. */
  constant: (tensor: string) => TensorReference | null;
}

const indexes = new WeakMap<Graph, GraphIndex>();

export function indexOf(model: OnnxModel | Graph): GraphIndex {
  const graph = 'graph' in model ? model.graph : model;
  let index = indexes.get(graph);
  if (!index) {
    index = build(graph);
    indexes.set(graph, index);
  }
  return index;
}

/** An operator as users read it: with its domain, where that is not the default one. */
export const opName = (node: Node): string => (node.domain === '' ? node.op : `${node.domain}.${node.op}`);

export function integerAttribute(node: Node, name: string, absent: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'int' ? attribute.value : absent;
}

export function integersAttribute(node: Node, name: string): number[] | null {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'ints' ? attribute.value : null;
}

export function textAttribute(node: Node, name: string, absent: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'string' ? attribute.value : absent;
}

function build(graph: Graph): GraphIndex {
  const producer = new Map<string, Node>();
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output !== '') {
        producer.set(output, node);
      }
    }
    for (const input of usedBy(node)) {
      const list = consumers.get(input);
      if (list) {
        list.push(node);
      } else {
        consumers.set(input, [node]);
      }
    }
  }
  return {
    graph,
    sorted: sorted(graph, producer),
    producer,
    consumers: (tensor) => consumers.get(tensor) ?? [],
    outputs: new Set(graph.outputs.map((output) => output.name)),
    constant(tensor) {
      const node = producer.get(tensor);
      if (!node) {
        return graph.initializers.get(tensor) ?? null;
      }
      const value: Attribute | undefined = node.op === 'Constant' ? node.attributes.get('value') : undefined;
      return value?.type === 'tensor' ? value.value : null;
    },
  };
}

/** A node's inputs and whatever its subgraphs take from outside, each once. */
export function usedBy(node: Node): Set<string> {
  const used = new Set(node.inputs);
  used.delete('');
  for (const attribute of node.attributes.values()) {
    if (attribute.type === 'graph') {
      const inner = attribute.value;
      const own = new Set([...inner.inputs.map((input) => input.name), ...inner.initializers.keys()]);
      for (const name of inner.nodes.flatMap((innerNode) => innerNode.outputs)) {
        own.add(name);
      }
      const wanted = [
        ...inner.nodes.flatMap((innerNode) => [...usedBy(innerNode)]),
        ...inner.outputs.map((o) => o.name),
      ];
      for (const name of wanted) {
        if (!own.has(name)) {
          used.add(name);
        }
      }
    }
  }
  return used;
}

/** Files list nodes in order; the few that don't are put right by moving a node after what it waits for. */
function sorted(graph: Graph, producer: ReadonlyMap<string, Node>): Node[] {
  const done = new Set<Node>();
  const order: Node[] = [];
  for (const root of graph.nodes) {
    const stack: Node[] = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      let waits = false;
      for (const input of usedBy(node)) {
        const before = producer.get(input);
        if (before && before !== node && !done.has(before)) {
          stack.push(before);
          waits = true;
        }
      }
      if (!waits) {
        done.add(node);
        order.push(node);
        stack.pop();
      }
    }
  }
  return order;
}
