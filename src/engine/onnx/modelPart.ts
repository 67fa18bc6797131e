import { indexOf, usedBy } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { inferFacts } from './shape/index.js';

/** What lies behind a tensor: enough of the model to compute some of its outputs once that tensor is given. */
export interface ModelPart {
  /** The tensor that is given, and the others that cross the cut: computed before it and used behind it. */
  cut: string[];
  /** The model's own inputs that are used behind the cut. */
  inputs: string[];
  /** Of the outputs asked for, those that depend on the tensor and are not the tensor itself. */
  outputs: string[];
  nodes: ReadonlySet<Node>;
}

/**
 * The part of a model behind one tensor. What does not depend on the tensor is not computed again: where it is used
 * (the other branch of a residual sum), it crosses the cut too.
 *
 * @param wanted    tensors of the main graph to compute
 * @param whole     tensors that can't cross a cut (sequences, maps): what computes them belongs to the part
 * @returns null where the node that computes the tensor would belong to the part
 */
export function partBehind(
  model: OnnxModel,
  tensor: string,
  wanted: readonly string[],
  whole: ReadonlySet<string> = new Set(),
): ModelPart | null {
  const index = indexOf(model);
  const facts = inferFacts(model);
  const depends = new Set([tensor]);
  for (const node of index.sorted) {
    if (node === index.producer.get(tensor)) continue;
    if ([...usedBy(node)].some((input) => depends.has(input))) node.outputs.forEach((name) => depends.add(name));
  }
  depends.delete('');
  const outputs = [...new Set(wanted)].filter((name) => name !== tensor && depends.has(name));
  const cut = new Set([tensor]);
  const inputs = new Set<string>();
  const nodes = new Set<Node>();
  const seen = new Set(outputs);
  const waiting = [...outputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === tensor) continue;
    const node = index.producer.get(name);
    if (!node) {
      if (!model.graph.initializers.has(name)) inputs.add(name);
      continue;
    }
    // ONNX Runtime 1.30 can't hand out a Range.
    const crosses = node.op !== 'Range' && !whole.has(name);
    if (!depends.has(name) && !facts.get(name)?.constant && crosses) {
      cut.add(name);
      continue;
    }
    if (node.outputs.includes(tensor)) return null;
    nodes.add(node);
    for (const input of usedBy(node)) {
      if (!seen.has(input)) {
        seen.add(input);
        waiting.push(input);
      }
    }
  }
  return { cut: [...cut], inputs: [...inputs], outputs, nodes };
}

/**
 * What computes some tensors, cut off at those for which `isCut` holds and at the model's inputs, which count as cut too.
 * Constants are never cut off: they come with it.
 */
export function partFrom(model: OnnxModel, outputs: readonly string[], isCut: (tensor: string) => boolean): ModelPart {
  const { producer } = indexOf(model);
  const facts = inferFacts(model);
  const nodes = new Set<Node>();
  const cut = new Set<string>();
  const seen = new Set<string>();
  const waiting = [...outputs];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const node = producer.get(tensor);
    if (!facts.get(tensor)?.constant && (isCut(tensor) || !node)) {
      if (!model.graph.initializers.has(tensor)) cut.add(tensor);
    } else if (node) {
      nodes.add(node);
      waiting.push(...usedBy(node));
    }
  }
  return { cut: [...cut], inputs: [], outputs: [...outputs], nodes };
}

/**
 * What computes some tensors, from the model's inputs on, without the layers behind them.
 *
 * @param outputs tensors of the main graph
 * @returns null where that takes every node of the model
 */
export function partBefore(model: OnnxModel, outputs: readonly string[]): ModelPart | null {
  const { cut: inputs, nodes } = partFrom(model, outputs, () => false);
  if (nodes.size === model.graph.nodes.length) return null;
  return { cut: [], inputs, outputs: [...new Set(outputs)], nodes };
}

/** Every tensor that depends on the given one, itself among them. */
export const dependents = (model: OnnxModel, tensor: string): Set<string> => dependentsOf(model, [tensor]);

/** Every tensor that depends on one of those given, themselves among them. */
export function dependentsOf(model: OnnxModel, tensors: readonly string[]): Set<string> {
  const found = new Set(tensors);
  found.delete('');
  for (const node of indexOf(model).sorted) {
    if ([...usedBy(node)].some((input) => found.has(input))) node.outputs.forEach((output) => found.add(output));
  }
  found.delete('');
  return found;
}
