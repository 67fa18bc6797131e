import type { LayerActivations, MapContext, MapMethodDefinition } from './mapMethod.js';
import { weightedSum } from './channelMaps.js';
import { channelSum, principalComponent } from './principalComponent.js';

/**
 * One layer's map as a method gives it, before ReLU, scaling and resizing.
 *
 * @param eigenSmooth the weighted activations' first principal component in place of their sum, following the sum's sign;
 *                    as in pytorch-grad-cam, methods that give a map and no weights do not change
 * @returns one a place
 */
export function drawMap(
  { drawing, name }: MapMethodDefinition,
  layer: LayerActivations,
  context: MapContext,
  eigenSmooth = false,
): Float32Array {
  switch (drawing.by) {
    case 'map':
      return drawing.raw(layer, context);
    case 'channels': {
      const weights = drawing.weights(layer, context);
      return eigenSmooth ? smoothed(weighted(layer, weights), layer.channels) : weightedSum(layer.values, weights);
    }
    case 'elements': {
      const elements = drawing.weighted(layer, context);
      return eigenSmooth
        ? smoothed(elements, layer.channels)
        : Float32Array.from(channelSum(Float64Array.from(elements), layer.channels, elements.length / layer.channels));
    }
    case 'model':
      throw new Error(`${name} is not of one layer`);
  }
}

const smoothed = (values: Float32Array, channels: number) => principalComponent(values, channels, channelSum);

function weighted({ values, channels }: LayerActivations, weights: ArrayLike<number>): Float32Array {
  const places = values.length / channels;
  return values.map((value, i) => value * weights[Math.floor(i / places)]);
}
