import { UserError } from '../../shared/userError.js';
import type { Graph, Node, OnnxModel } from '../onnx/index.js';

/** Iterations of a loop without a way out that still count as a computation. */
const mostTrips = 1e8;

/**
 * Refuses, before ONNX Runtime sees it, what it would run for ever or refuse without a clear word.
 *
 * @param outputs tensors to fetch
 * @param nodes   those of the main graph that are run; all where absent
 * @throws UserError
 */
export function checkRunnable(
  name: string,
  model: OnnxModel,
  outputs: readonly string[],
  nodes: Iterable<Node> = model.graph.nodes,
): void {
  const { graph } = model;
  if (graph.nodes.length === 0) {
    throw new UserError(`${name} has no nodes, so there is nothing to explain`, { code: 'model/no-nodes' });
  }
  const computed = new Set([
    ...graph.nodes.flatMap((node) => node.outputs),
    ...graph.outputs.map((output) => output.name),
  ]);
  const missing = outputs.find((output) => !computed.has(output));
  if (missing !== undefined) {
    throw new UserError(`${name}: no node computes "${missing}"`, {
      hint: 'onnxplain inspect lists the layers',
      code: 'model/no-such-tensor',
    });
  }
  const counts = graph.nodes.find((node) => node.op === 'Range' && outputs.includes(node.outputs[0]));
  if (counts) {
    // ONNX Runtime 1.30 crashes, with the whole process, when a Range becomes an output in this way.
    throw new UserError(`${name}: "${counts.outputs[0]}" counts positions and has no neurons`, {
      hint: 'choose another layer',
      code: 'model/no-activations',
    });
  }
  if (graph.outputs.length === 0 && outputs.length === 0) {
    throw new UserError(`${name} has no outputs`, { hint: 'name a layer', code: 'model/no-outputs' });
  }
  const endless = [...nodes].find((node) => node.op === 'Loop' && runsForEver(node, graph));
  if (endless) {
    throw new UserError(`${name}: the loop "${endless.name || endless.outputs[0]}" would run practically for ever`, {
      hint: 'give it a trip count or a condition that ends it',
      code: 'model/endless-loop',
    });
  }
}

/** A Loop with no or a huge constant trip count, whose body hands its condition on unchanged or as a constant. */
function runsForEver(loop: Node, graph: Graph): boolean {
  const body = loop.attributes.get('body');
  if (body?.type !== 'graph') {
    return false;
  }
  const [tripCount = ''] = loop.inputs;
  const trips = tripCount === '' ? Number.POSITIVE_INFINITY : constantOf(graph, tripCount);
  if (trips === null || trips <= mostTrips) {
    return false;
  }
  let condition = body.value.outputs[0]?.name;
  for (;;) {
    const from: Node | undefined = body.value.nodes.find((node) => node.outputs.includes(condition));
    if (from?.op !== 'Identity') {
      return !from || from.op === 'Constant';
    }
    condition = from.inputs[0];
  }
}

function constantOf(graph: Graph, name: string): number | null {
  const node = graph.nodes.find((candidate) => candidate.op === 'Constant' && candidate.outputs[0] === name);
  const value = node?.attributes.get('value');
  const tensor = value?.type === 'tensor' ? value.value : graph.initializers.get(name);
  return tensor?.values?.[0] ?? null;
}
