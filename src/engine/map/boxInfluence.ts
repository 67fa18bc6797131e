import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { openGradient } from '../backward/index.js';
import { placeCount } from '../cam/index.js';
import { classNames } from '../classNames.js';
import { inferFacts, isNumber } from '../onnx/shape/index.js';
import { boxLayout } from './boxScores.js';
import { byChannel, placesOf } from './chunk.js';
import { classIndex } from './classIndex.js';
import type { ClassOutput } from './classOutput.js';
import { highest } from './classScores.js';
import { fullBatch, sampleElements } from './inputBatch.js';
import type { MapInputs, MapJob } from './mapJob.js';
import type { ModelRuns } from './modelRuns.js';
import { scoreReader } from './scoreReader.js';

/** Layers that are differentiated by together: all of a large detector's would take more memory than a map is worth. */
const together = 24;

export interface BoxChoice {
  output: ClassOutput;
  /** The tensor that holds the scores. */
  score: string;
  job: Pick<MapJob, 'class' | 'classes' | 'box'>;
  size: readonly number[];
}

/**
 * A detector's boxes come from several parts of it: large ones from one, small ones from another. The layers from which
 * nothing with a gradient leads to the first input's box; where others are left also those from which a single place alone
 * does, so that a map shows no more than where the box is. Last layers are looked at first, until one is found; those before
 * it are not named.
 *
 * @param layers in the order in which they run
 * @returns none where the scores are neither those of boxes nor of what a detector is left with, or there is no gradient
 */
export async function layersBesideBox(
  runs: ModelRuns,
  inputs: MapInputs,
  { output, score, job, size }: BoxChoice,
  layers: readonly Layer[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { model } = runs;
  if (size.length !== 2 || !(mayHoldBoxes(runs, output, score) || scoresDetections(runs, score))) return new Set();

  const first = model.graph.inputs.find(({ name }) => name === inputs.input)?.shape?.[0];
  const batch = isNumber(first ?? null) ? Number(first) : 1;
  const feeds = fullBatch(await inputs.batch(0, 1), 1, batch);
  const scores = await valuesOf(runs, feeds, score);
  const reader = scoreReader(model, score, output, scores, batch, size);
  if (reader.kind !== 'boxes' && !scoresDetections(runs, score)) return new Set();
  const own = sampleElements(scores, batch, 0);
  const wanted = classIndex(job.classes?.[0] ?? job.class, reader.classes, await classNames(model, reader.classes));
  const target = reader.target(own, {
    class: wanted ?? highest(reader.perClass(own)),
    region: 'predicted',
    box: job.box ?? null,
    mirrored: false,
  });
  const seed = new Float32Array(scores.data.length);
  target.addSeed(own, scores.dims[0] === batch ? seed.subarray(0, seed.length / batch) : seed);

  const open = layers.filter(({ name }) => hasGradient(runs, score, name));
  /** By layer: from how many places something leads to the box. */
  const says = new Map<string, number>();
  for (let end = open.length; end > 0; end -= together) {
    signal.throwIfAborted();
    const some = open.slice(Math.max(0, end - together), end);
    const gradient = await runs.gradient(
      [score],
      some.map(({ name }) => name),
      [],
    );
    try {
      const { gradients } = await gradient.run(feeds, { [score]: seed });
      for (const layer of some) {
        const places = placesOf(gradients[layer.name], layer, batch);
        const [found] = byChannel(gradients[layer.name], { ...layer, places }, batch, 1);
        says.set(layer.name, placesWithSay(found.values, placeCount(places)));
      }
    } finally {
      await gradient.release();
    }
    if (some.some(({ name }) => says.get(name)! > 1)) break;
  }
  const least = Math.min(2, Math.max(...says.values()));
  const closed = open.length > 0 ? layers.filter((layer) => !open.includes(layer)).map(({ name }) => name) : [];
  return new Set([...closed, ...[...says].flatMap(([name, count]) => (count < least ? [name] : []))]);
}

/** False where its size alone says that there are none: then the model need not be run for it. */
function mayHoldBoxes({ model }: ModelRuns, output: ClassOutput, score: string): boolean {
  const shape = inferFacts(model).get(score)?.shape;
  if (!shape?.slice(1).every(isNumber)) return true;
  const dims = shape.slice(1) as number[];
  const batch = isNumber(shape[0]) ? shape[0] : 1;
  // Some detectors leave the batch out.
  const withoutBatch = shape.every(isNumber) ? boxLayout(model, output.output, shape as number[], 1) : null;
  return boxLayout(model, output.output, dims, batch) !== null || withoutBatch !== null;
}

/** Scores in a row without a batch: one for each box that a detector is left with. */
const scoresDetections = ({ model }: ModelRuns, score: string): boolean =>
  inferFacts(model).get(score)?.shape?.length === 1;

async function valuesOf(runs: ModelRuns, feeds: Parameters<typeof fullBatch>[0], tensor: string) {
  const session = await runs.session([tensor]);
  try {
    return (await session.run(feeds, [tensor]))[tensor];
  } finally {
    await session.release();
  }
}

function hasGradient({ model }: ModelRuns, score: string, name: string): boolean {
  try {
    openGradient(model, { targets: [score], wrt: [name] });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** @param gradient channels × places */
function placesWithSay(gradient: Float32Array, places: number): number {
  const hasSay = new Uint8Array(places);
  gradient.forEach((value, i) => {
    if (value !== 0) hasSay[i % places] = 1;
  });
  return hasSay.reduce((sum, one) => sum + one, 0);
}
