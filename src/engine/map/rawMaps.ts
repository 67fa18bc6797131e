import { drawMap, fullGrad, type LayerActivations, type MapContext, placeCount, type RawMap } from '../cam/index.js';
import { ablatedScores, maskedScores } from './channelScores.js';
import { byChannel, type Chunk, onlyUnits } from './chunk.js';
import { fullGradTerms } from './fullGradTerms.js';
import { layerGradients, noisyLayerGradients } from './gradientEvidence.js';
import { sampleElements } from './inputBatch.js';
import type { MapPlan } from './mapPlan.js';
import type { Seen } from './seen.js';

/**
 * The maps of a chunk as the method gives them, before ReLU, scaling and resizing.
 *
 * @param first index of the chunk's first sample
 * @returns by sample, class and layer
 */
export async function rawMaps(plan: MapPlan, { chunk, classes }: Seen, first: number): Promise<RawMap[][][]> {
  const { method, job, size } = plan;
  if (method.drawing.by === 'model') {
    const terms = await fullGradTerms(chunk, chunk.pass!, plan.biased);
    return classes.map((ofSample, sample) =>
      ofSample.map((_, index) => {
        return [{ values: fullGrad(terms[index][sample], size, job.eigenSmooth ?? false), places: size }];
      }),
    );
  }
  const units = method.needs === 'unit' ? null : (job.units ?? null);
  const whole = chunk.layers.map((layer) => byChannel(chunk.values[layer.name], layer, chunk.batch, chunk.count));
  const activations = whole.map((samples) => samples.map((layer) => chosen(layer, units)));
  const evidence = await gather(plan, chunk, activations, whole, units, first);
  const found: RawMap[][][] = [];
  for (let sample = 0; sample < chunk.count; sample++) {
    found.push([]);
    for (const [index, drawn] of classes[sample].entries()) {
      const maps: RawMap[] = [];
      for (const [i, layer] of chunk.layers.entries()) {
        const own = activations[i][sample];
        const headWeights = plan.weightsOf?.(drawn, whole[i][sample].channels) ?? null;
        const context: MapContext = {
          headWeights: headWeights && units ? units.map((unit) => headWeights[unit]) : headWeights,
          unit: job.unit,
          seed: job.seed,
          score: chunk.targets[sample][index].score(scoreValues(chunk, sample)),
          gradients: null,
          noisyGradients: null,
          channelScores: null,
          ...evidence(sample, index, i),
        };
        maps.push({ values: drawMap(method, own, context, job.eigenSmooth), places: layer.places });
        if (placeCount(layer.places) * own.channels > slowElements) await chunk.pause();
      }
      found[sample].push(maps);
    }
  }
  return found;
}

/** Maps of layers with more elements than this take long enough that messages are let through between them. */
const slowElements = 1 << 18;

type Evidence = (sample: number, index: number, layer: number) => Partial<MapContext>;

/** What the method needs beside the activations. */
async function gather(
  { method, job, notes }: MapPlan,
  chunk: Chunk,
  activations: LayerActivations[][],
  whole: LayerActivations[][],
  units: readonly number[] | null,
  first: number,
): Promise<Evidence> {
  const only = (values: Float32Array, layer: number): Float32Array =>
    onlyUnits(values, whole[layer][0].channels, units);
  switch (method.needs) {
    case 'gradients': {
      const gradients = await layerGradients(chunk, chunk.pass!);
      sayWithoutInfluence(notes, chunk, gradients);
      return (sample, index, layer) => ({ gradients: only(gradients[index][layer][sample], layer) });
    }
    case 'noisy gradients': {
      const copies = await noisyLayerGradients(chunk, job.seed, first);
      return (sample, index, layer) => ({
        noisyGradients: copies.map((gradients) => only(gradients[index][layer][sample], layer)),
      });
    }
    case 'masked scores':
    case 'ablated scores': {
      const scores: Float64Array[][][] = [];
      for (let sample = 0; sample < chunk.count; sample++) {
        scores.push([]);
        for (const [i, layer] of chunk.layers.entries()) {
          const own = activations[i][sample];
          scores[sample].push(
            method.needs === 'masked scores'
              ? await maskedScores(chunk, sample, own)
              : await ablatedScores(
                  chunk,
                  sample,
                  layer,
                  chunk.values[layer.name],
                  units ?? Array.from({ length: own.channels }, (_, channel) => channel),
                ),
          );
        }
      }
      return (sample, index, layer) => ({ channelScores: scores[sample][layer][index] });
    }
    default:
      return () => ({});
  }
}

/** That a layer is not on the way to a score: a box of another part of a detector, or what rectifiers let nothing through to. */
function sayWithoutInfluence(notes: Set<string>, chunk: Chunk, gradients: readonly Float32Array[][][]): void {
  gradients.forEach((ofClass, index) =>
    ofClass.forEach((samples, layer) =>
      samples.forEach((gradient, sample) => {
        if (gradient.some((value) => value !== 0)) return;
        const { box } = chunk.targets[sample][index];
        const score = box === null ? 'this score' : `the score of box ${box}`;
        notes.add(
          `The layer "${chunk.layers[layer].name}" has no influence on ${score}: its gradient is 0 everywhere. Choose another layer, or none, so that one which has is found.`,
        );
      }),
    ),
  );
}

const chosen = (layer: LayerActivations, units: readonly number[] | null): LayerActivations =>
  units ? { ...layer, values: onlyUnits(layer.values, layer.channels, units), channels: units.length } : layer;

const scoreValues = ({ values, scores, batch }: Chunk, sample: number): ArrayLike<number> =>
  sampleElements(values[scores.tensor], batch, sample);
