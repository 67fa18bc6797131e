import type { StrongestMaps } from '../shared/engineApi.js';
import type { Explanation, Settings } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import { isLabelled, type LayerResults } from './layerResults.js';
import type { ModelResults } from './modelResults.js';

export interface Reportable {
  explanation: Explanation;
  maps: { layer: string; maps: StrongestMaps }[];
  unfinished?: string;
}

/**
 * What a report can be written of: the finished explanation, or as much as there is of one that was stopped.
 *
 * @param expected layers that the explanation was to have
 * @throws UserError where no neuron has a label
 */
export function reportable(results: ModelResults, model: string, settings: Settings, expected: number): Reportable {
  const layers = [...results.layers.values()];
  if (results.explanation) return { explanation: results.explanation, maps: mapsOf(layers) };
  const done = layers.filter(({ labelled }) => labelled.size > 0).map(labelledPart);
  const { probe } = results;
  if (done.length === 0 || !probe)
    throw new UserError('There is nothing to report yet', { hint: 'let Explain Neurons go on to its first labels' });
  const complete = layers.filter(isLabelled).length;
  return {
    explanation: {
      schema: 'onnxplain/1',
      model: { path: model, sha256: '' },
      probe: { kind: probe.kind, samples: probe.samples, positions: probe.samples, sha256: '' },
      settings,
      layers: done.map(({ layer: { name, node, module, op, units }, shape, explanations }) => ({
        ...{ name, node, module, op, shape, explanations },
        units: units ?? explanations.length,
      })),
    },
    maps: mapsOf(done),
    unfinished: `Written before the work was finished: ${complete} of ${Math.max(expected, layers.length)} layers are complete.`,
  };
}

const mapsOf = (layers: LayerResults[]) =>
  layers.flatMap(({ layer: { name }, maps }) => (maps ? [{ layer: name, maps }] : []));

/** The layer with those of its units alone whose search is over. */
function labelledPart(results: LayerResults): LayerResults {
  const { explanations, labelled, maps } = results;
  if (isLabelled(results)) return results;
  const kept = [...explanations.keys()].filter((i) => labelled.has(explanations[i].unit));
  const size = maps ? maps.perUnit * maps.height * maps.width : 0;
  return {
    ...results,
    explanations: kept.map((i) => explanations[i]),
    maps: maps && {
      ...maps,
      values: Uint8Array.from({ length: kept.length * size }, (_, at) => {
        return maps.values[kept[Math.floor(at / size)] * size + (at % size)];
      }),
      thresholds: Float32Array.from(kept, (i) => maps.thresholds[i]),
    },
  };
}
