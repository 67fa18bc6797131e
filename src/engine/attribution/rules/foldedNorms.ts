import { constantTensor } from '../../onnx/index.js';
import { indexOf } from '../../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../../onnx/model.js';
import type { FoldedNorm } from './linearLayer.js';

const linear = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/** Batch normalisations that directly follow a linear layer, and nothing else does: by that layer's node. */
export async function foldedNorms(model: OnnxModel): Promise<Map<Node, FoldedNorm>> {
  const graph = indexOf(model);
  const folded = new Map<Node, FoldedNorm>();
  for (const node of model.graph.nodes) {
    if (node.op !== 'BatchNormalization' || node.domain !== '') continue;
    const before = graph.producer.get(node.inputs[0]);
    if (!before || !linear.has(before.op) || graph.consumers(node.inputs[0]).length !== 1) continue;
    const parts = await Promise.all(node.inputs.slice(1, 5).map((name) => constantTensor(model, name)));
    if (parts.some((part) => part === null)) continue;
    const [scale, bias, mean, variance] = parts.map((part) => Float64Array.from(part!.data, Number));
    const epsilon = node.attributes.get('epsilon')?.value;
    const factor = scale.map(
      (value, c) => value / Math.sqrt(variance[c] + (typeof epsilon === 'number' ? epsilon : 1e-5)),
    );
    folded.set(before, { scale: factor, shift: bias.map((value, c) => value - mean[c] * factor[c]) });
  }
  return folded;
}
