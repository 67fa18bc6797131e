import { defaultMapLayer } from '../map/defaultLayer.js';
import { statedPlaces } from '../map/mapLayers.js';
import { findLayer, structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';

/** Where the structure does not say how many there are. */
const usual = 256;

/** Channels of a layer, as far as the model's structure says; null: of the layer that maps are drawn of by default. */
export async function layerChannels(model: OnnxModel, named: string | null): Promise<number> {
  const structure = structureOf(model);
  const layer =
    named === null
      ? await defaultMapLayer(model, structure, (one) => (statedPlaces(one) ?? []).filter((n) => n > 1).length > 1)
      : findLayer(structure, named);
  return layer?.units ?? usual;
}
