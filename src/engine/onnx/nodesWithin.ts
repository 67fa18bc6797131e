import type { FunctionDefinition, Node, OnnxModel } from './model.js';

/** The node, those in its branches and bodies, and those of the model's functions that any of them calls. */
export function nodesWithin(model: OnnxModel, node: Node): Node[] {
  const found: Node[] = [];
  const called = new Set<FunctionDefinition>();
  const waiting = [node];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    found.push(one);
    for (const attribute of one.attributes.values()) {
      if (attribute.type === 'graph') waiting.push(...attribute.value.nodes);
    }
    const definition = functionOf(model, one);
    if (definition && !called.has(definition)) {
      called.add(definition);
      waiting.push(...definition.nodes);
    }
  }
  return found;
}

/** The model's own function that the node calls; null for an operator. The default domain has two spellings. */
export const functionOf = ({ functions }: OnnxModel, { domain, op }: Node): FunctionDefinition | null =>
  functions.get(`${domain}:${op}`) ?? (domain === '' ? functions.get(`ai.onnx:${op}`) : null) ?? null;
