import type { Picture, SampleView } from '../shared/engineApi.js';
import type { StrongestPicture } from '../shared/panelProtocol.js';
import type { LayerResults } from './layerResults.js';

/** The unit's strongest inputs as pictures, each with the unit's map over it where the layer has places. */
export async function strongestPictures(
  results: LayerResults,
  index: number,
  count: number,
  fetch: { picture: (sample: number) => Promise<Picture>; sample: (sample: number) => Promise<SampleView> },
): Promise<StrongestPicture[]> {
  return Promise.all(
    results.explanations[index].top.slice(0, count).map(async ({ sample, value }, rank) => {
      const [picture, view] = await Promise.all([fetch.picture(sample), fetch.sample(sample)]);
      return { sample, value, name: view.name, labels: view.labels, picture, map: mapOf(results, index, rank) };
    }),
  );
}

function mapOf({ maps }: LayerResults, index: number, rank: number): StrongestPicture['map'] {
  if (!maps || rank >= maps.perUnit) return null;
  const { height, width, perUnit } = maps;
  const start = (index * perUnit + rank) * height * width;
  // A copy: a view would take all the layer's maps along through postMessage.
  return { height, width, values: maps.values.slice(start, start + height * width), threshold: maps.thresholds[index] };
}
