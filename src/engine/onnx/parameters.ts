import { elementCount } from './elementType.js';
import { type GraphIndex, indexOf } from './graphIndex.js';
import type { Graph, Node, OnnxModel, TensorReference } from './model.js';
import { learnedInputs, unlearned } from './operators.js';
import { inferFacts, isNumber } from './shape/index.js';
import { ungroupedBy } from './writtenOutNorm.js';

const floats = /^(float|double|bfloat)/;

/** Where a graph's names lead, from the innermost graph outwards. */
type Scope = readonly GraphIndex[];

/** Learned numbers that enter a node: name of the weight → elements. */
export function learnedBy(model: OnnxModel, node: Node): Map<string, number> {
  const found = new Map<string, number>();
  collect(model, [indexOf(model)], node, found);
  return found;
}

/**
 * Learned numbers of the whole model, each once: weights, biases and embeddings, quantised ones too. Scales, bounds and
 * shapes are not learned, nor are a batch norm's running mean and variance (so the sum agrees with PyTorch's
 * `sum(p.numel() for p in model.parameters())`).
 */
export function parameterCount(model: OnnxModel): number {
  const found = new Map<string, number>();
  walk(model, [indexOf(model)], found);
  for (const definition of model.functions.values()) {
    const graph: Graph = {
      ...definition,
      inputs: [],
      outputs: [],
      initializers: new Map(),
      values: new Map(),
      metadata: new Map(),
    };
    walk(model, [indexOf(graph)], found);
  }
  return sum(found);
}

export const sum = (found: ReadonlyMap<string, number>): number =>
  [...found.values()].reduce((total, elements) => total + elements, 0);

function walk(model: OnnxModel, scope: Scope, found: Map<string, number>): void {
  for (const node of scope[0].graph.nodes) {
    collect(model, scope, node, found);
    for (const attribute of node.attributes.values()) {
      if (attribute.type === 'graph') {
        walk(model, [indexOf(attribute.value), ...scope], found);
      }
    }
  }
}

function collect(model: OnnxModel, scope: Scope, node: Node, found: Map<string, number>): void {
  if (scope.length === 1 && ungroupedBy(model, node)) {
    return;
  }
  const places = learnedInputs(node);
  // Of these only the data can be learned (a class token that is expanded over the batch).
  const dataOnly = !places && unlearned.has(node.op);
  node.inputs.forEach((name, position) => {
    if (name !== '' && (!places || places.includes(position)) && (!dataOnly || position === 0)) {
      for (const [weight, elements] of weightsBehind(model, scope, name, places !== null)) {
        found.set(weight, elements);
      }
    }
  });
}

/** The initializers that a constant is computed from (dequantised, transposed, ...). */
function weightsBehind(model: OnnxModel, scope: Scope, name: string, isWeight: boolean): [string, number][] {
  for (let depth = 0; depth < 16; depth++) {
    const home = scope.find(({ graph, producer }) => producer.has(name) || graph.initializers.has(name));
    if (!home) {
      return [];
    }
    const initializer = home.graph.initializers.get(name);
    if (initializer) {
      return counts(initializer, name, isWeight) ? [[name, elementCount(initializer.dims)]] : [];
    }
    const node: Node = home.producer.get(name)!;
    if (node.op === 'Constant') {
      const value = node.attributes.get('value');
      const dims = value?.type === 'tensor' ? value.value.dims : [];
      // Constants inside a graph are weights where weights belong, and scales and grids elsewhere.
      return isWeight && value?.type === 'tensor' && counts(value.value, name, true)
        ? [[name, elementCount(dims)]]
        : [];
    }
    const facts = inferFacts(model);
    if (node.op === 'ConstantOfShape') {
      const shape = facts.get(name)?.shape;
      return isWeight && shape?.every(isNumber) ? [[name, elementCount(shape as number[])]] : [];
    }
    if (scope.length > 1 || !facts.get(name)?.constant) {
      return [];
    }
    name = node.inputs[0] ?? '';
  }
  return [];
}

function counts(tensor: TensorReference, name: string, isWeight: boolean): boolean {
  const elements = elementCount(tensor.dims);
  if (!Number.isFinite(elements) || elements === 0) {
    return false;
  }
  // The current PyTorch exporter calls numbers that stand in the code, and buffers made from them, `val_7`.
  return isWeight || (floats.test(tensor.type) && elements > 1 && !/^val_\d+$/.test(name));
}
