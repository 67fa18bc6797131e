import { statedMapLayer } from '../map/defaultLayer.js';
import { findLayer, structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';

/** Where the structure does not say how many there are. */
const usual = 256;

/** Channels of a layer, as far as the model's structure says; null: of the layer that maps are drawn of by default. */
export async function layerChannels(model: OnnxModel, named: string | null): Promise<number> {
  const layer = named === null ? await statedMapLayer(model) : findLayer(structureOf(model), named);
  return layer?.units ?? usual;
}
