import type { OnnxModel } from '../onnx/index.js';
import { openSession } from './session.js';

const known = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft', 'com.microsoft.nchwc']);

/**
 * Asks ONNX Runtime for its refusal of a model with operators of somebody's own. Such models often take what no probe set
 * holds (a file's bytes, text), and that they can't run at all is what their user should hear first.
 *
 * @throws UserError where ONNX Runtime does not know the operators
 */
export async function refuseForeignOperators(model: OnnxModel): Promise<void> {
  const isForeign = model.graph.nodes.some(
    ({ domain, op }) => !known.has(domain) && !model.functions.has(`${domain}:${op}`),
  );
  if (isForeign) await (await openSession(model, { outputs: [] })).release();
}
