import { indexOf } from '../../onnx/graphIndex.js';
import type { Graph, Node, OnnxModel } from '../../onnx/index.js';
import type { Fact } from '../../onnx/shape/index.js';
import { dataTypes, type WrittenTensor } from '../emit/modelBytes.js';
import { wholeNumber } from '../emit/protobuf.js';
import type { Surroundings } from './change.js';
import { changes } from './changes.js';
import { newest, oldest, versions } from './versions.js';

/** A graph in a newer version of the default operator set. */
export interface Raised {
  opset: number;
  /** What stands for a node; those that are not here mean the same in both. */
  nodes: ReadonlyMap<Node, { nodes: readonly Node[]; tensors: readonly WrittenTensor[] }>;
}

export interface RaiseRequest {
  /** Its fractions are float32 only. */
  model: OnnxModel;
  /** Those of its nodes that will be run; absent: all. */
  nodes?: ReadonlySet<Node>;
  opset: number;
  facts: ReadonlyMap<string, Fact>;
  /** Tensors that are asked for besides the outputs. */
  wanted: ReadonlySet<string>;
  /** Makes a name that no tensor has. */
  named: (name: string) => string;
}

/**
 * Rewrites nodes so that they do in a newer operator set what they did in the model's own, tensor by tensor and bit by
 * bit. Null where that is not certain: an operator that is not known, a meaning that is gone, a graph within a node that
 * would have to be rewritten. Operators of other domains have versions of their own.
 */
export function raised({ model, nodes: run, opset, facts, wanted, named }: RaiseRequest): Raised | null {
  const from = model.opsets.get('') ?? 0;
  if (from < oldest || opset > newest) return null;
  // Nodes that were taken out of functions are of the functions' own set.
  if ([...model.functions.values()].some(({ opset: own }) => own !== null && own !== from)) return null;
  const index = indexOf(model);
  const nodes = new Map<Node, { nodes: Node[]; tensors: WrittenTensor[] }>();
  let count = 0;
  for (const node of run ?? model.graph.nodes) {
    const tensors: WrittenTensor[] = [];
    const own = new Map<string, Fact>();
    const fresh = (): string => named(`raised${count++}`);
    const constant = (type: number, dims: readonly number[], data: BigInt64Array | Float32Array): string => {
      const name = fresh();
      tensors.push({ name, type, dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
      return name;
    };
    const around: Surroundings = {
      fact: (tensor) => facts.get(tensor) ?? own.get(tensor),
      isUsed: (tensor) => index.consumers(tensor).length > 0 || index.outputs.has(tensor) || wanted.has(tensor),
      fresh,
      ints: (values, dims = [values.length]) =>
        constant(dataTypes.int64, dims, BigInt64Array.from(values, wholeNumber)),
      floats(values, dims) {
        const name = constant(dataTypes.float32, dims, Float32Array.from(values));
        own.set(name, { shape: dims, values, constant: true });
        return name;
      },
    };
    const made = inVersions(node, from, opset, around);
    if (!made) return null;
    if (made.length !== 1 || made[0] !== node) nodes.set(node, { nodes: made, tensors });
  }
  return { opset, nodes };
}

/** A node through all versions after the first up to the last. */
function inVersions(node: Node, first: number, last: number, around: Surroundings): Node[] | null {
  let nodes = [node];
  for (let version = first + 1; version <= last; version++) {
    const next: Node[] = [];
    for (const one of nodes) {
      const made = inVersion(one, version, around);
      if (!made) return null;
      next.push(...made);
    }
    nodes = next;
  }
  return nodes.every((one) => graphsOf(one).every((graph) => isSame(graph, first, last, around))) ? nodes : null;
}

function inVersion(node: Node, version: number, around: Surroundings): Node[] | null {
  // Operators of other domains, the model's own functions among them, say themselves which version they are of.
  if (node.domain !== '') return [node];
  if (!versions.has(node.op)) return null;
  const change = changes[node.op]?.[version];
  return change ? change(node, around) : [node];
}

const graphsOf = (node: Node): Graph[] =>
  [...node.attributes.values()].flatMap((attribute) => (attribute.type === 'graph' ? [attribute.value] : []));

/** Whether all nodes of a graph within a node mean the same in both versions. */
const isSame = (graph: Graph, first: number, last: number, around: Surroundings): boolean =>
  graph.nodes.every((node) => {
    const made = inVersions(node, first, last, around);
    return made?.length === 1 && made[0] === node;
  });
