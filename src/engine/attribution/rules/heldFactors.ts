import { expressionsOf } from '../../onnx/expressions.js';
import { indexOf } from '../../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../../onnx/model.js';

/**
 * Activations and normalisations that an exporter wrote as several nodes, found by their structure: in an activation
 * x · f(x) the factor f(x) is held constant, and so is the root of a variance that is divided by. What one node and
 * several of them stand for has the same rule then.
 */
export interface HeldFactor {
  of: 'activation' | 'norm';
  /** The operand of the product or quotient that is not held. */
  open: number;
}

/** By the node of the product or quotient; null: it is neither of these. */
export function heldFactors(model: OnnxModel): (node: Node) => HeldFactor | null {
  const graph = indexOf(model);
  const { root } = expressionsOf(model);

  /** Its root times constants. */
  const isScaledRoot = (tensor: string, of: string): boolean => {
    for (let name = tensor; ;) {
      if (name === of) return true;
      const node = graph.producer.get(name);
      if (node?.op !== 'Mul' && node?.op !== 'Div') return false;
      const varying = node.inputs.filter((input) => !graph.constant(input));
      if (varying.length !== 1 || (node.op === 'Div' && varying[0] !== node.inputs[0])) return false;
      [name] = varying;
    }
  };
  /** The position of the factor x in x · f(x), else -1. */
  const rootFactor = (node: Node): number => {
    const of = root(node.outputs[0]);
    if (of === node.outputs[0] || node.inputs.some((input) => graph.constant(input))) return -1;
    return node.inputs.findIndex((input) => isScaledRoot(input, of));
  };
  /** A sum or mean over places; plus an ε, at least an ε, over a count. */
  const isVariance = (tensor: string): boolean => {
    const node = graph.producer.get(tensor);
    if (/^Reduce(Mean|SumSquare|Sum)$/.test(node?.op ?? '')) return true;
    if (node?.op === 'Div') return isVariance(node.inputs[0]);
    return /^(Add|Max|Clip)$/.test(node?.op ?? '') && node!.inputs.some(isVariance);
  };
  const isDeviation = (tensor: string): boolean => {
    const node = graph.producer.get(tensor);
    if (!node) return false;
    if (node.op === 'Reciprocal') return isDeviation(node.inputs[0]);
    return (node.op === 'Sqrt' || node.op === 'Pow') && isVariance(node.inputs[0]);
  };
  return (node) => {
    if (node.domain !== '') return null;
    const held = node.op === 'Mul' ? node.inputs.findIndex(isDeviation) : -1;
    if (held >= 0) return { of: 'norm', open: 1 - held };
    if (node.op === 'Div' && isDeviation(node.inputs[1])) return { of: 'norm', open: 0 };
    const open = node.op === 'Mul' ? rootFactor(node) : -1;
    return open < 0 ? null : { of: 'activation', open };
  };
}
