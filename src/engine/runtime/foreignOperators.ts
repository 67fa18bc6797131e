import { defaultLayers, dependentsOf, indexOf, type Node, nodesWithin, type OnnxModel } from '../onnx/index.js';
import { refusedOperator, type RefusedOperator } from './refusal.js';
import { openSession } from './session.js';

const known = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft', 'com.microsoft.nchwc']);

/**
 * Asks ONNX Runtime for its refusal of a model of which no layer runs, for operators of somebody's own. Such models often take
 * what no probe set holds (a file's bytes, text), and that they can't run at all is what their user should hear first.
 *
 * @throws UserError where ONNX Runtime does not know the operators, and all layers need them
 */
export async function refuseForeignOperators(model: OnnxModel): Promise<void> {
  const isForeign = model.graph.nodes.some(
    ({ domain, op }) => !known.has(domain) && !model.functions.has(`${domain}:${op}`),
  );
  let outputs = isForeign ? defaultLayers(model).map(({ name }) => name) : null;
  while (outputs) {
    try {
      return await (await openSession(model, { outputs })).release();
    } catch (error) {
      outputs = tensorsBefore(model, outputs, error);
      if (outputs.length === 0) throw error;
    }
  }
}

/**
 * Of some tensors, those that do not need the operator for which ONNX Runtime refused to open a session of them.
 *
 * @param refusal what `openSession` threw
 * @returns none where it was refused for something else
 */
export function tensorsBefore(model: OnnxModel, tensors: readonly string[], refusal: unknown): string[] {
  const operator = refusedOperator(refusal);
  const refused = operator ? nodesOf(model, operator) : [];
  if (refused.length === 0) return [];
  const behind = dependentsOf(
    model,
    refused.flatMap(({ outputs }) => outputs),
  );
  const before = tensors.filter((tensor) => !behind.has(tensor));
  return before.length < tensors.length ? before : [];
}

/** The nodes of the main graph that are of the operator, or hold one in a branch, a body or a function that they call. */
function nodesOf(model: OnnxModel, { op, domain, node: name }: RefusedOperator): Node[] {
  const isIt = (node: Node): boolean =>
    node.op === op && (domain === undefined || node.domain === (domain === 'ai.onnx' ? '' : domain));
  const all = indexOf(model).sorted.filter((node) => nodesWithin(model, node).some(isIt));
  // ONNX Runtime names a node that it has made itself otherwise: then all of the operator are meant.
  const named = all.filter((node) => name && nodesWithin(model, node).some((one) => isIt(one) && one.name === name));
  return named.length > 0 ? named : all;
}
