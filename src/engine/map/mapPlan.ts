import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { mapMethods, type MapMethodDefinition } from '../cam/index.js';
import { findLayer, structureOf } from '../onnx/index.js';
import { type ClassOutput, classOutput } from './classOutput.js';
import { type BiasedLayer, biasedLayers } from './fullGradTerms.js';
import { headWeights } from './headWeights.js';
import type { MapInputs, MapJob } from './mapJob.js';
import { chooseLayer } from './mapLayers.js';
import type { ModelRuns } from './modelRuns.js';

/** What has to be run for a job. */
export interface MapPlan {
  runs: ModelRuns;
  inputs: MapInputs;
  /** Sizes of the input's axes of places. */
  size: readonly number[];
  job: MapJob;
  method: MapMethodDefinition;
  /** None where the method is of the whole model. */
  layers: readonly Layer[];
  output: ClassOutput;
  /** The tensor whose elements are the scores: logits, or the output. */
  score: string;
  /** Tensors whose gradients are wanted. */
  wrt: readonly string[];
  /** Tensors whose values are wanted. */
  fetch: readonly string[];
  weightsOf: ((drawn: number, channels: number) => ArrayLike<number>) | null;
  biased: readonly BiasedLayer[];
  notes: Set<string>;
}

/** @throws UserError where the method, a layer or the output is unknown, or the method does not work for this model */
export async function planMaps(
  runs: ModelRuns,
  inputs: MapInputs,
  size: readonly number[],
  job: MapJob,
  signal: AbortSignal,
): Promise<MapPlan> {
  const { model } = runs;
  const method = methodNamed(job.method);
  const output = classOutput(model, job.output);
  const score = job.probability ? output.output : output.logits;
  const notes = new Set(output.notes);
  if (method.drawing.by === 'model') {
    if (job.layers.length > 0) notes.add(`${method.title} is of the whole model; the layers named are not used.`);
    const biased = await biasedLayers(model, inputs.input, score);
    const wrt = [inputs.input, ...biased.map((layer) => layer.output)];
    const fetch = [...new Set([output.logits, score])];
    return { runs, inputs, size, job, method, layers: [], output, score, wrt, fetch, weightsOf: null, biased, notes };
  }
  const layers =
    job.layers.length > 0
      ? uniqueLayers(job.layers.map((name) => findLayer(structureOf(model), name)))
      : [await chooseLayer(runs, inputs, { output, score, job, size }, signal)];
  const weightsOf = method.needs === 'head weights' ? await headWeights(model, layers, method.title) : null;
  const wrt = layers.map(({ name }) => name);
  const fetch = [...new Set([...wrt, output.logits, score])];
  return { runs, inputs, size, job, method, layers, output, score, wrt, fetch, weightsOf, biased: [], notes };
}

const uniqueLayers = (layers: Layer[]): Layer[] => [...new Map(layers.map((layer) => [layer.name, layer])).values()];

function methodNamed(name: string): MapMethodDefinition {
  if (Object.hasOwn(mapMethods, name)) return mapMethods[name];
  throw new UserError(`there is no map method "${name}"`, {
    hint: `the methods are ${Object.keys(mapMethods).join(', ')}`,
    code: 'map/method',
  });
}
