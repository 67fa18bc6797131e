import type { Layer, ModelStructure } from '../../shared/model.js';
import { partFrom, poolingHead, structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { classOutput } from './classOutput.js';
import { detectorHead } from './detectorHead.js';
import { statedPlaces } from './statedPlaces.js';

const pools = new Set([
  'GlobalAveragePool',
  'GlobalMaxPool',
  'GlobalLpPool',
  'Flatten',
  'ReduceMean',
  'AveragePool',
  'Reshape',
]);
const attention = new Set(['Softmax', 'Attention', 'MultiHeadAttention']);

/**
 * The layer that maps are drawn for where none is named: the last spatial one before pooling; in a vision transformer the
 * normalisation that enters the last attention (after it, patches no longer reach the class token).
 *
 * @param isSpatial whether a layer has places in two directions for this model's input
 */
export async function defaultMapLayer(
  model: OnnxModel,
  structure: ModelStructure,
  isSpatial: (layer: Layer) => boolean,
): Promise<Layer | null> {
  const head = await poolingHead(model);
  const headLayer = head && structure.layers.find(({ name }) => name === head.layer);
  if (headLayer && isSpatial(headLayer)) return headLayer;

  const order = new Map(model.graph.nodes.flatMap((node, i) => node.outputs.map((output) => [output, i] as const)));
  const spatial = structure.layers.filter(isSpatial);
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const last = model.graph.nodes.findLastIndex(({ op }) => attention.has(op));
  const beforeAttention = spatial.findLast(
    ({ op, name }) => /LayerNorm|RMSNorm|SimplifiedLayer/.test(op) && order.get(name)! < last,
  );
  const tokens = (layer: Layer) => layer.shape?.length === 3;
  if (beforeAttention && tokens(beforeAttention)) return beforeAttention;

  const pool = model.graph.nodes.findLastIndex(
    ({ op, inputs }) => pools.has(op) && spatial.some(({ name }) => name === inputs[0]),
  );
  const beforePool = spatial.findLast(({ name }) => order.get(name)! < pool);
  return beforePool ?? spatial.findLast(({ name }) => !outputs.has(name)) ?? spatial.at(-1) ?? null;
}

/**
 * The same as far as the structure says it, without a run: of the layers that lead to the scores. In a detector, those that lead
 * to all parts of its head: from one part's own layers a score would come to single places.
 */
export async function statedMapLayer(model: OnnxModel): Promise<Layer | null> {
  const { output, logits } = classOutput(model, null);
  const parts = detectorHead(model, output)?.parts ?? [logits];
  const computed = parts.map((part) => {
    const { nodes } = partFrom(model, [part], () => false);
    return new Set([...nodes].flatMap(({ outputs }) => outputs));
  });
  return defaultMapLayer(
    model,
    structureOf(model),
    (one) =>
      computed.every((names) => names.has(one.name)) && (statedPlaces(one) ?? []).filter((n) => n > 1).length > 1,
  );
}
