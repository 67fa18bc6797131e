import { type FoundLayer, expressionNodes, indexOf, layersOf } from '../onnx/index.js';
import type { Node, OnnxModel } from '../onnx/model.js';
import { kernelNodes } from './kernelNode.js';
import type { Kernel } from './profile.js';

export interface LayerTimes {
  /** By tensor name; layers of which nothing ran on its own are absent. */
  microseconds: Map<string, number>;
  /** Layers that ran inside another's node → that layer, or null where more than one may be it. */
  fused: Map<string, string | null>;
  /** Layers whose nodes are neither among those that ran nor known to be in one of them. */
  unknown: string[];
}

/** A fusion takes in a few nodes: a bias, a batch norm, an addition, an activation. */
const fusedDepth = 6;

/**
 * Gives the time of the nodes that ran to the layers of the file. Where ONNX Runtime made one node of several (a
 * convolution, its batch norm and its ReLU), the time is the layer's whose operator it is, and the others are in it.
 */
export function layerTimes(model: OnnxModel, kernels: readonly Kernel[]): LayerTimes {
  const graph = indexOf(model);
  const layers = layersOf(model);
  const owner = new Map<Node, FoundLayer>();
  for (const layer of layers) for (const node of expressionNodes(model, layer)) owner.set(node, layer);
  for (const layer of layers) for (const node of layer.nodes) owner.set(node, layer);

  const nodeOf = kernelNodes(model);
  const placed: { kernel: Kernel; node: Node }[] = [];
  const unplaced: Kernel[] = [];
  for (const kernel of kernels) {
    const node = nodeOf(kernel);
    if (node) placed.push({ kernel, node });
    else unplaced.push(kernel);
  }
  const ran = new Set(placed.map(({ node }) => node));
  const before = (node: Node): Node[] =>
    node.inputs.flatMap((input) => graph.producer.get(input) ?? []).filter(({ op }) => op !== 'Constant');

  const microseconds = new Map<string, number>();
  const fused = new Map<string, string | null>();
  for (const { kernel, node } of placed) {
    const path = pathTo(node, (candidate) => isOperator(kernel.op, candidate));
    const layer = path.map((part) => owner.get(part)).find((found) => found !== undefined) ?? behind(node);
    if (!layer) continue;
    const { name } = layer.layer;
    microseconds.set(name, (microseconds.get(name) ?? 0) + kernel.microseconds);
    for (const part of path) {
      ran.add(part);
      const other = owner.get(part)?.layer.name;
      if (other !== undefined && other !== name) fused.set(other, name);
    }
  }
  const unknown: string[] = [];
  for (const { layer, nodes } of layers) {
    if (microseconds.has(layer.name)) {
      fused.delete(layer.name);
      continue;
    }
    if (fused.has(layer.name)) continue;
    const hosts = hostsOf(nodes);
    const mayBeOwn = unplaced.some(({ op }) => nodes.some((node) => isOperator(op, node)));
    if (hosts.size === 0 || mayBeOwn) unknown.push(layer.name);
    else fused.set(layer.name, hosts.size === 1 ? [...hosts][0] : null);
  }
  return { microseconds, fused, unknown };

  /** From the nearest node in front that fits, over nodes that did not run on their own, to this one; else this one. */
  function pathTo(node: Node, fits: (candidate: Node) => boolean): Node[] {
    let paths = [[node]];
    for (let depth = 0; depth <= fusedDepth; depth++) {
      const found = paths.find(([first]) => fits(first));
      if (found) return found;
      paths = paths.flatMap((path) =>
        before(path[0])
          .filter((next) => !ran.has(next))
          .map((next) => [next, ...path]),
      );
    }
    return [node];
  }

  /** The layer that nodes behind, which did not run on their own, lead to: a MatMul's, where the layer is its sum. */
  function behind(node: Node): FoundLayer | undefined {
    let at = node;
    for (let depth = 0; depth < fusedDepth; depth++) {
      const next = at.outputs.flatMap((output) => graph.consumers(output));
      if (next.length !== 1 || ran.has(next[0])) return undefined;
      [at] = next;
      const layer = owner.get(at);
      if (layer) return layer;
    }
    return undefined;
  }

  /** The layers with a time of their own that lie directly in front, where only nodes that did not run are between. */
  function hostsOf(nodes: readonly Node[]): Set<string> {
    const hosts = new Set<string>();
    const seen = new Set<Node>(nodes);
    let edge = [...nodes];
    for (let depth = 0; depth < fusedDepth && edge.length > 0; depth++) {
      edge = edge.flatMap(before).filter((node) => !seen.has(node) && seen.add(node));
      for (const node of edge) {
        const name = owner.get(node)?.layer.name;
        if (ran.has(node) && name !== undefined && microseconds.has(name)) hosts.add(name);
      }
      edge = edge.filter((node) => !ran.has(node));
    }
    return hosts;
  }
}

/** Whether a node of the optimised graph with this operator does what the file's node does. */
function isOperator(op: string, node: Node): boolean {
  return plain(op) === plain(node.op);
}

/** Without what the optimisers' variants of an operator are called by; a product with a bias is a Gemm. */
function plain(op: string): string {
  const name = op.replace(/^(?:Nhwc)?(?:Fused|QLinear)/, '');
  return name === 'MatMul' ? 'Gemm' : name;
}
