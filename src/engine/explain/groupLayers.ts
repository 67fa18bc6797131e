import type { MeasuredLayer } from './activations.js';
import type { MemoryShares } from './memoryShares.js';

/**
 * Neighbouring layers in groups that are run together: fewer groups are fewer runs of the model, smaller ones keep memory
 * in bounds. A layer that exceeds its share by itself is a group by itself.
 *
 * @param reducerBytes what the layer's reducers will hold, about
 */
export function groupLayers(
  layers: readonly MeasuredLayer[],
  shares: Pick<MemoryShares, 'sample' | 'reducers'>,
  reducerBytes: (layer: MeasuredLayer) => number,
): MeasuredLayer[][] {
  const groups: MeasuredLayer[][] = [];
  let sample = 0;
  let reducers = 0;
  for (const layer of layers) {
    const outputs = 4 * layer.units * layer.height * layer.width;
    const held = reducerBytes(layer);
    if (groups.length === 0 || sample + outputs > shares.sample || reducers + held > shares.reducers) {
      groups.push([]);
      sample = 0;
      reducers = 0;
    }
    groups.at(-1)!.push(layer);
    sample += outputs;
    reducers += held;
  }
  return groups;
}
