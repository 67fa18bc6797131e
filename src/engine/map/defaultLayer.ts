import type { Layer, ModelStructure } from '../../shared/model.js';
import { bottlenecks, describeTensor, partFrom, poolingHead, structureOf } from '../onnx/index.js';
import type { Node, OnnxModel } from '../onnx/model.js';
import { classOutput } from './classOutput.js';
import { detectorHead } from './detectorHead.js';
import { tokenGrid } from '../runtime/index.js';
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
 * The layer that maps are drawn for where none is named: what is pooled, or else the last spatial layer before pooling that
 * everything passes through; in a vision transformer the normalisation that enters the last attention (after it, patches no
 * longer reach the class token).
 *
 * @param score    the tensor that holds the scores
 * @param isSpatial whether a layer has places in two directions for this model's input
 */
export async function defaultMapLayer(
  model: OnnxModel,
  structure: ModelStructure,
  score: string,
  isSpatial: (layer: Layer) => boolean,
): Promise<Layer | null> {
  const pooled = await pooledLayer(model, structure, score);
  if (pooled && isSpatial(pooled)) return pooled;

  const order = new Map(model.graph.nodes.flatMap((node, i) => node.outputs.map((output) => [output, i] as const)));
  const spatial = structure.layers.filter(isSpatial);
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const last = model.graph.nodes.findLastIndex(({ op }) => attention.has(op));
  const beforeAttention = spatial.findLast(
    ({ op, name }) => /LayerNorm|RMSNorm|SimplifiedLayer/.test(op) && order.get(name)! < last,
  );
  if (beforeAttention && isTokens(beforeAttention)) return beforeAttention;

  const throughAll = bottlenecks(model, score);
  const beforePool = (among: readonly Layer[], isPool: (node: Node) => boolean): Layer | undefined => {
    const pool = model.graph.nodes.findLastIndex(
      (node) => pools.has(node.op) && isPool(node) && spatial.some(({ name }) => name === node.inputs[0]),
    );
    return among.findLast(({ name }) => order.get(name)! < pool);
  };
  return (
    beforePool(
      spatial.filter(({ name }) => throughAll.has(name)),
      ({ outputs: [output] }) => throughAll.has(output),
    ) ??
    beforePool(spatial, () => true) ??
    spatial.findLast(({ name }) => !outputs.has(name)) ??
    spatial.at(-1) ??
    null
  );
}

/**
 * What is pooled before the scores, whether that is a layer, or the concatenation of several, or one with its axes moved: of a
 * pooling head, or of a global pool that everything passes through.
 */
export async function pooledLayer(model: OnnxModel, { layers }: ModelStructure, score: string): Promise<Layer | null> {
  const tensor = (await poolingHead(model))?.layer ?? poolOfAll(model, score);
  return tensor === null ? null : (layers.find(({ name }) => name === tensor) ?? describeTensor(model, tensor));
}

function poolOfAll(model: OnnxModel, score: string): string | null {
  const throughAll = bottlenecks(model, score);
  const pool = model.graph.nodes.findLast(({ op, outputs }) => op.startsWith('Global') && throughAll.has(outputs[0]));
  return pool?.inputs[0] ?? null;
}

/** Batch × tokens × features. */
const isTokens = ({ shape, unitAxis }: Layer): boolean => shape?.length === 3 && unitAxis === 2;

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
  return defaultMapLayer(model, structureOf(model), logits, (one) => {
    if (!computed.every((names) => names.has(one.name))) return false;
    const places = (statedPlaces(one) ?? []).filter((n) => n > 1);
    return places.length > 1 || (places.length === 1 && isTokens(one) && tokenGrid(places[0]) !== null);
  });
}
