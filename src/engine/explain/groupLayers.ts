import type { MeasuredLayer } from './activations.js';
import type { MemoryShares } from './memoryShares.js';

/** The first group's part of all activations. */
const firstShare = 12;
/** Activations of so many bytes are measured within about a second: to divide them gains nothing. */
const quickBytes = 32 * 2 ** 20;

const outputBytes = ({ units, height, width }: MeasuredLayer): number => 4 * units * height * width;

/**
 * Neighbouring layers in groups that are run together: fewer groups are fewer runs of the model, smaller ones keep memory
 * in bounds. A layer that exceeds its share by itself is a group by itself. The first group is a small one, so that the
 * first labels come soon.
 *
 * @param samples that each layer sees
 * @param reducerBytes what the layer's reducers will hold, about
 */
export function groupLayers(
  layers: readonly MeasuredLayer[],
  samples: number,
  shares: Pick<MemoryShares, 'sample' | 'reducers'>,
  reducerBytes: (layer: MeasuredLayer) => number,
): MeasuredLayer[][] {
  const all = layers.reduce((sum, layer) => sum + outputBytes(layer), 0);
  const first = Math.max(all / firstShare, quickBytes / samples);
  const groups: MeasuredLayer[][] = [];
  let sample = 0;
  let reducers = 0;
  for (const layer of layers) {
    const outputs = outputBytes(layer);
    const most = groups.length === 1 ? Math.min(first, shares.sample) : shares.sample;
    const held = reducerBytes(layer);
    if (groups.length === 0 || sample + outputs > most || reducers + held > shares.reducers) {
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
