import { type GraphIndex, indexOf } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { elementwise, kindOf } from './operators.js';
import { inferFacts, isNumber } from './shape/index.js';

/**
 * Element-wise functions of one tensor, however many nodes they take: x · sigmoid(x) is two nodes, GELU by erf is five,
 * HardSwish of older exports is four. Each such tensor leads back to the one that it is a function of.
 */
export interface Expressions {
  /** The tensor that a tensor is an element-wise function of; itself, where it is the beginning of one. */
  root: (tensor: string) => string;
  /** The function has more than one path from its root: its inner tensors are no layers of their own. */
  isComposite: (root: string) => boolean;
  /** No node behind it continues the function. */
  isLast: (tensor: string) => boolean;
  /** The function up to here has an activation in it. */
  isActivated: (tensor: string) => boolean;
}

const analysed = new WeakMap<OnnxModel, Expressions>();

export function expressionsOf(model: OnnxModel): Expressions {
  let expressions = analysed.get(model);
  if (!expressions) {
    expressions = analyse(model, indexOf(model));
    analysed.set(model, expressions);
  }
  return expressions;
}

function analyse(model: OnnxModel, index: GraphIndex): Expressions {
  const facts = inferFacts(model);
  const roots = new Map<string, string>();
  const composite = new Set<string>();
  const activated = new Set<string>();
  const root = (tensor: string): string => roots.get(tensor) ?? tensor;
  for (const node of index.sorted) {
    const operands = operandsOf(node);
    const output = node.outputs[0];
    if (!operands || !output) {
      continue;
    }
    const [first] = operands;
    if (first === undefined || operands.some((operand) => root(operand) !== root(first))) {
      continue;
    }
    roots.set(output, root(first));
    if (operands.length > 1) {
      composite.add(root(first));
    }
    if (kindOf(node) === 'activation' || operands.some((operand) => activated.has(operand))) {
      activated.add(output);
    }
  }
  return {
    root,
    isComposite: (tensor) => composite.has(tensor),
    isLast: (tensor) =>
      index
        .consumers(tensor)
        .every((node) => root(node.outputs[0] ?? '') !== root(tensor) || !roots.has(node.outputs[0])),
    isActivated: (tensor) => activated.has(tensor),
  };

  /** The inputs that are not constant; null where the node is not element-wise, or a constant has more than one number. */
  function operandsOf(node: Node): string[] | null {
    if (!elementwise.has(node.op)) {
      return null;
    }
    const slopes = kindOf(node) === 'activation';
    const operands: string[] = [];
    for (const name of node.inputs) {
      const fact = facts.get(name);
      if (name === '') {
        continue;
      }
      if (!fact?.constant) {
        operands.push(name);
      } else if (!slopes && !fact.shape?.every((dim) => isNumber(dim) && dim === 1)) {
        return null;
      }
    }
    return operands;
  }
}
