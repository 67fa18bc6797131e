import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { type Node, type OnnxModel, structureOf } from '../onnx/index.js';
import { indexOf, opName, usedBy } from '../onnx/graphIndex.js';
import { captures } from './inline.js';
import type { Definition, Rule } from './rule.js';

/** What a table has for a node. */
export type RuleOf = (node: Node) => Rule | Definition | undefined;

/** Positions of inputs that a gradient can go to. */
export const differentiable = (node: Node, rule: Rule | Definition | undefined): number[] =>
  node.inputs.flatMap((name, i) => (name !== '' && (!rule?.by || rule.by.includes(i)) ? [i] : []));

/** The nodes on the way, and the tensors that depend on those to differentiate by. */
export interface Way {
  nodes: Node[];
  influenced: Set<string>;
}

/**
 * The nodes through which a target depends on the tensors to differentiate by, in the order in which they run.
 *
 * @param isOpen whether it is still to be known what a node does: an `If` before the sizes of the inputs are
 * @throws UserError where a target or tensor is not in the model, one of the tensors has no influence on any target, or
 * a node between has no rule
 */
export function nodesBetween(
  model: OnnxModel,
  targets: readonly string[],
  wrt: readonly string[],
  ruleOf: RuleOf,
  isOpen: (node: Node) => boolean = () => false,
): Way {
  const name = path.basename(model.path);
  const index = indexOf(model);
  const inputs = new Set(model.graph.inputs.map((input) => input.name));
  for (const tensor of [...targets, ...wrt]) {
    if (!index.producer.has(tensor) && !inputs.has(tensor) && !model.graph.initializers.has(tensor)) {
      throw new UserError(`${name}: there is no tensor "${tensor}"`, {
        hint: 'onnxplain inspect lists the layers',
        code: 'model/no-such-tensor',
      });
    }
  }
  const influenced = new Set(wrt);
  const candidates = index.sorted.filter((node) => {
    const isReached = differentiable(node, ruleOf(node)).some((i) => influenced.has(node.inputs[i]));
    if (!isReached && !captures(node, influenced)) return false;
    node.outputs.forEach((output) => output !== '' && influenced.add(output));
    return true;
  });
  const needed = new Set(targets);
  const between = candidates.reverse().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    const rule = ruleOf(node);
    if (captures(node, influenced) && isOpen(node)) {
      usedBy(node).forEach((name) => influenced.has(name) && needed.add(name));
      return true;
    }
    if (!rule) throw withoutRule(model, node);
    differentiable(node, rule).forEach((i) => influenced.has(node.inputs[i]) && needed.add(node.inputs[i]));
    return true;
  });
  const lost = wrt.find((tensor) => !needed.has(tensor));
  if (lost !== undefined) {
    throw new UserError(
      `${name}: "${targets.join('", "')}" does not depend on "${lost}" in a way that has a gradient`,
      {
        hint: 'choose a layer between the input and that output',
        code: 'gradient/no-path',
      },
    );
  }
  return { nodes: between.reverse(), influenced };
}

function withoutRule(model: OnnxModel, node: Node): UserError {
  return new UserError(`${whereIs(model, node)} has no gradient here`, {
    hint: 'choose a layer behind it, or a method without gradients such as eigencam',
    code: 'gradient/no-rule',
  });
}

/** `net.onnx: NonZero "/head/NonZero" (layer "head.mask")`, for the beginning of a sentence. */
export function whereIs(model: OnnxModel, node: Node): string {
  const layer = structureOf(model).layers.find(({ name }) => node.outputs.includes(name));
  const place = layer?.module ?? (layer && layer.name !== node.name ? layer.name : null);
  const called = node.name || node.outputs.find((output) => output !== '') || '';
  return `${path.basename(model.path)}: ${opName(node)} "${called}"${place ? ` (layer "${place}")` : ''}`;
}
