import type { Graph, Node, OnnxModel } from '../onnx/model.js';

/** Operators that a layer's weights enter. */
const weighted = /^(Conv|ConvTranspose|ConvInteger|QLinearConv|FusedConv|Gemm|MatMul|QLinearMatMul|LSTM|GRU|RNN)$/;

/**
 * The first If, Loop or Scan of the main graph that holds layers in its branches or body, whose tensors cannot be fetched;
 * null where there is none.
 */
export function nodeThatHidesLayers(model: OnnxModel): Node | null {
  return model.graph.nodes.find((node) => subgraphs(node).some(holdsLayers)) ?? null;
}

const subgraphs = (node: Node): Graph[] =>
  [...node.attributes.values()].flatMap((attribute) => (attribute.type === 'graph' ? [attribute.value] : []));

const holdsLayers = (graph: Graph): boolean =>
  graph.nodes.some((node) => weighted.test(node.op) || subgraphs(node).some(holdsLayers));
