import type { Node, OnnxModel } from '../onnx/model.js';
import { indexOf } from '../onnx/index.js';
import type { Kernel } from './profile.js';

/**
 * What ONNX Runtime's graph optimisers put before or after the name of the node, or of the tensor, that they made a node
 * from: `fused fc1/Gemm`, `conv1_out_nchwc`, `fc1/MatMul/MatMulAddFusion`, and a number where a name was taken.
 */
const additions = [
  /_token_\d+$/,
  /^InsertedPrecisionFreeCast_/,
  /^fused /,
  /_nchwc$/,
  /\/\w*(?:Fusion|Fused)\w*\/?$/,
  /_(?:nhwc|transformed)$/,
];

/** Finds, for a node of the optimised graph, the node of the model's file that it was made from. */
export function kernelNodes(model: OnnxModel): (kernel: Kernel) => Node | null {
  const { producer } = indexOf(model);
  const named = new Map<string, Node[]>();
  for (const node of model.graph.nodes) {
    if (node.name !== '') named.set(node.name, [...(named.get(node.name) ?? []), node]);
  }
  // ONNX Runtime numbers nodes as they are in the file, after it has made initializers of the Constants.
  const numbered = model.graph.nodes.filter(({ op, domain }) => op !== 'Constant' || domain !== '');
  const known = (name: string, { index }: Kernel): Node | null => {
    const nodes = named.get(name) ?? [];
    return nodes.length === 1 ? nodes[0] : (nodes.find((node) => node === numbered[index]) ?? null);
  };
  return (kernel) => {
    const exact = known(kernel.node, kernel);
    if (exact) return exact;
    const unnamed = numbered[kernel.index];
    if (unnamed?.name === '' && kernel.node === `${unnamed.op}_${kernel.index}`) return unnamed;
    for (const name of withoutAdditions(kernel.node)) {
      const node = known(name, kernel) ?? producer.get(name);
      if (node) return node;
    }
    return null;
  };
}

/** The name with one addition after the other taken off. */
function* withoutAdditions(name: string): Generator<string> {
  for (let shorter = name; ; name = shorter) {
    for (const addition of additions) {
      shorter = name.replace(addition, '');
      if (shorter !== name) break;
    }
    if (shorter === name) return;
    yield shorter;
  }
}
