import { UserError } from '../../shared/userError.js';
import { usedBy } from './graphIndex.js';
import type { Graph, Node } from './model.js';

/**
 * Refuses a graph that contradicts itself: a value computed twice, used but never computed, or computed from itself.
 * (A graph whose nodes merely stand in the wrong order is sorted by ONNX Runtime and passes.)
 *
 * @throws UserError
 */
export function checkGraph(name: string, graph: Graph): void {
  const computedBy = new Map<string, Node>();
  const given = new Set([...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === '') {
        continue;
      }
      const other = computedBy.get(output);
      if (other || given.has(output)) {
        const first = other ? describe(other) : 'an input or initializer';
        refuse(`${name}: "${clip(output)}" is computed twice, by ${first} and by ${describe(node)}`);
      }
      computedBy.set(output, node);
    }
  }
  for (const node of graph.nodes) {
    for (const input of usedBy(node)) {
      if (!computedBy.has(input) && !given.has(input)) {
        refuse(`${name}: ${describe(node)} uses "${clip(input)}", which nothing computes`);
      }
    }
  }
  for (const output of graph.outputs) {
    if (!computedBy.has(output.name) && !given.has(output.name)) {
      refuse(`${name}: the output "${clip(output.name)}" is computed by nothing`);
    }
  }
  refuseCycle(name, graph, computedBy);
}

/** Removes nodes whose inputs are all there (Kahn); what remains waits on itself. */
function refuseCycle(name: string, graph: Graph, computedBy: ReadonlyMap<string, Node>): void {
  const waitsOn = new Map<Node, number>();
  const consumers = new Map<Node, Node[]>();
  const ready: Node[] = [];
  for (const node of graph.nodes) {
    let count = 0;
    for (const input of usedBy(node)) {
      const from = computedBy.get(input);
      if (from) {
        count++;
        const list = consumers.get(from);
        if (list) {
          list.push(node);
        } else {
          consumers.set(from, [node]);
        }
      }
    }
    waitsOn.set(node, count);
    if (count === 0) {
      ready.push(node);
    }
  }
  let done = 0;
  for (let node = ready.pop(); node; node = ready.pop()) {
    done++;
    for (const consumer of consumers.get(node) ?? []) {
      const left = waitsOn.get(consumer)! - 1;
      waitsOn.set(consumer, left);
      if (left === 0) {
        ready.push(consumer);
      }
    }
  }
  if (done < graph.nodes.length) {
    const node = graph.nodes.find((candidate) => waitsOn.get(candidate)! > 0)!;
    refuse(`${name}: ${describe(node)} depends on its own result: the graph has a cycle`);
  }
}

function refuse(message: string): never {
  throw new UserError(message, { hint: 'export the model again', code: 'model/invalid-graph' });
}

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

const describe = (node: Node): string =>
  node.name ? `node "${clip(node.name)}" (${clip(node.op)})` : `a node (${clip(node.op)})`;
