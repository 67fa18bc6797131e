import { type Rule, type RuleOf, type RuleTable } from '../../backward/index.js';
import { indexOf } from '../../onnx/graphIndex.js';
import { inferFacts } from '../../onnx/shape/index.js';
import type { Node, OnnxModel } from '../../onnx/model.js';
import { foldedNorms } from './foldedNorms.js';
import { type FoldedNorm, linearLayer } from './linearLayer.js';
import { box, epsilon, type RelevanceRule } from './relevance.js';
import { relevanceTable } from './relevanceTable.js';
import { spreadNodes } from './spreadNodes.js';

/** Lowest and highest values of the input, by channel or one for all. */
export interface InputBox {
  low: readonly number[];
  high: readonly number[];
}

/**
 * Layer-wise relevance propagation: `onConvolutions` there, epsilon on linear layers, batch norms folded into the layer in
 * front, as zennit's composites have it. Where the input's box is given, the first layer has the box rule.
 *
 * @param wrt what relevance is propagated to
 */
export async function lrpRules(
  model: OnnxModel,
  wrt: string,
  onConvolutions: RelevanceRule,
  inputBox: InputBox | null,
): Promise<{ rules: RuleTable; ruleOf: RuleOf }> {
  const graph = indexOf(model);
  const folded = await foldedNorms(model);
  const facts = inferFacts(model);
  const isWeight = (name: string): boolean => facts.get(name)?.constant === true;
  const passedTo = spreadNodes(model);
  const first = (node: Node): boolean => {
    let name = node.inputs[0];
    while (name !== wrt) {
      const before = graph.producer.get(name);
      if (!before || !['Identity', 'Cast', 'Dropout', 'Pad'].includes(before.op)) return false;
      name = before.inputs[0];
    }
    return true;
  };
  const ruleOf: RuleOf = (node) => {
    const whole = passedTo(node);
    if (whole >= 0) return passedWhole(whole);
    if (node.domain !== '' || !isWeight(node.inputs[1] ?? '')) return undefined;
    const isConvolution = node.op === 'Conv' || node.op === 'ConvTranspose';
    if (!isConvolution && node.op !== 'Gemm') return undefined;
    const named = isConvolution ? onConvolutions : epsilon;
    const rule = inputBox && isConvolution && first(node) ? box(inputBox.low, inputBox.high) : named;
    return linearRule(rule, folded.get(node) ?? null);
  };
  return { rules: relevanceTable, ruleOf };
}

const linearRule = (rule: RelevanceRule, folded: FoldedNorm | null): Rule => ({
  by: [0],
  backward: (at) => [rule(at.g, linearLayer(at, folded), at.gradient)],
});

/** To one operand as it is. */
const passedWhole = (position: number): Rule => ({
  by: [position],
  backward: ({ g, gradient, inputDims }) =>
    Array.from({ length: position + 1 }, (_, i) => (i === position ? g.unbroadcast(gradient, inputDims(i)) : null)),
});
