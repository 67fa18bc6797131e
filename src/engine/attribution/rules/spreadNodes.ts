import { indexOf } from '../../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../../onnx/model.js';
import { heldFactors } from './heldFactors.js';

/**
 * Activations and normalisations take all relevance through as it is; where an exporter spread one over several nodes, each of
 * these hands it to one operand: of x · f(x) to x, of x - mean(x) to x, of what is divided by a deviation to the dividend, and
 * of the normalised x · weight + shift to the product.
 *
 * @returns the position of that operand; -1 where the node is no part of these
 */
export function spreadNodes(model: OnnxModel): (node: Node) => number {
  const graph = indexOf(model);
  const factorOf = heldFactors(model);
  /** Of a node of two operands, the one that is computed where the other is constant; else -1. */
  const computed = ({ inputs }: Node): number => {
    const [first, second] = inputs.map((name) => graph.constant(name) !== null);
    return inputs.length !== 2 || first === second ? -1 : first ? 1 : 0;
  };
  const isNormalised = (tensor: string): boolean => {
    const node = graph.producer.get(tensor);
    if (!node) return false;
    if (factorOf(node)?.of === 'norm') return true;
    const x = node.op === 'Mul' ? computed(node) : -1;
    return x >= 0 && isNormalised(node.inputs[x]);
  };
  return (node) => {
    if (node.domain !== '') return -1;
    if (node.op === 'Sub') {
      const mean = graph.producer.get(node.inputs[1]);
      return mean?.op === 'ReduceMean' && mean.inputs[0] === node.inputs[0] ? 0 : -1;
    }
    if (node.op === 'Add') {
      const x = computed(node);
      return x >= 0 && isNormalised(node.inputs[x]) ? x : -1;
    }
    return factorOf(node)?.open ?? -1;
  };
}
