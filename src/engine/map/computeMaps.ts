import { UserError } from '../../shared/userError.js';
import { finishMap, mapMethods, type MapMethodDefinition, type RawMap } from '../cam/index.js';
import { classNames } from '../classNames.js';
import { describeTensor, findLayer, structureOf } from '../onnx/index.js';
import type { Layer } from '../../shared/model.js';
import type { OnnxModel } from '../onnx/model.js';
import type { ProbeSet } from '../probe/index.js';
import { openSession, streamActivations } from '../runtime/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import { classIndex } from './classIndex.js';
import { classOutput } from './classOutput.js';
import { highest, meanScores, topClasses } from './classScores.js';
import { headWeights } from './headWeights.js';
import type { InputMaps, MapInputs, MapJob } from './mapJob.js';
import { chooseLayer, measurePlanes, withGrid } from './mapLayers.js';

/**
 * One map an input.
 *
 * @param size height and width of the finished maps (the input's); not used for raw ones
 * @throws UserError where the method is unknown, a layer has no places, or the class does not exist
 */
export async function computeMaps(
  model: OnnxModel,
  inputs: MapInputs,
  size: { height: number; width: number },
  job: MapJob,
  signal: AbortSignal = new AbortController().signal,
): Promise<InputMaps> {
  const method = methodNamed(job.method);
  const scores = classOutput(model, job.output);
  const notes = new Set(scores.notes);
  const open = async (outputs: string[]) => {
    const session = await openSession(model, { outputs: [...new Set(outputs)], threads: job.threads });
    session.notes.forEach((note) => notes.add(note));
    return session;
  };
  const layers = job.layers.length
    ? uniqueLayers(job.layers.map((name) => findLayer(structureOf(model), name)))
    : [await chooseLayer(model, inputs, open, signal)];
  const weightsOf = method.needs === 'head weights' ? await headWeights(model, layers, method.title) : null;

  const session = await open([...layers.map(({ name }) => name), scores.logits]);
  try {
    const logits = { name: scores.logits, unitAxis: describeTensor(model, scores.logits)?.unitAxis ?? null };
    const measured = await measurePlanes(session, inputs, [...layers, logits], signal);
    const streams = layers.map((layer) => withGrid(layer, measured.get(layer.name)!.plane));
    for (const [i, { plane }] of streams.entries()) {
      if (plane.height < 2 && plane.width < 2) throw notSpatial(layers[i]);
      if (method.needs === 'unit') checkUnit(method, layers[i], measured.get(layers[i].name)!.units, job.unit);
      if (job.raw && (plane.height !== streams[0].plane.height || plane.width !== streams[0].plane.width)) {
        throw new UserError('raw maps of layers with different sizes cannot be averaged', {
          hint: 'name one layer, or leave --raw out',
        });
      }
    }
    const classes = measured.get(logits.name)!.units;
    const names = await classNames(model, classes);
    const chosen = classIndex(job.class, classes, names);
    const { height, width } = job.raw ? streams[0].plane : size;
    const started = performance.now();
    const result: InputMaps = {
      method,
      layers: layers.map(({ name }) => name),
      maps: [],
      height,
      width,
      classes: [],
      top: [],
      notes: [...notes],
      milliseconds: 0,
    };
    // Batches come layer by layer, the logits' last: then the batch's maps can be drawn, and nothing else is kept.
    const batches = new Map<string, ActivationBatch>();
    await streamActivations({
      session,
      probe: inputs as ProbeSet,
      samples: inputs.samples,
      signal,
      layers: [...streams.filter(({ name }) => name !== logits.name), logits],
      onBatch(name, batch) {
        batches.set(name, batch);
        if (name !== logits.name) return;
        for (let sample = 0; sample < batch.samples; sample++) draw(result, sample);
      },
    });
    result.milliseconds = performance.now() - started;
    return result;

    function draw(into: InputMaps, sample: number): void {
      const perClass = meanScores(sampleOf(batches.get(logits.name)!, sample).values, classes);
      const drawn = method.needsClass ? (chosen ?? highest(perClass)) : chosen;
      const raw = streams.map(({ name, plane }): RawMap => {
        const { values, channels } = sampleOf(batches.get(name)!, sample);
        const map = method.raw(
          { values, channels, ...plane },
          { headWeights: weightsOf?.(drawn ?? 0, channels) ?? null, unit: job.unit, seed: job.seed },
        );
        return { values: map, ...plane };
      });
      into.maps.push(job.raw ? meanMap(raw) : finishMap(raw, height, width, method.rectify));
      into.classes.push(drawn);
      into.top.push(topClasses(perClass, scores.link, names, drawn));
    }
  } finally {
    await session.release();
  }
}

const uniqueLayers = (layers: Layer[]): Layer[] => [...new Map(layers.map((layer) => [layer.name, layer])).values()];

const meanMap = (maps: RawMap[]): Float32Array =>
  maps[0].values.map((_, i) => maps.reduce((sum, { values }) => sum + values[i], 0) / maps.length);

function methodNamed(name: string): MapMethodDefinition {
  if (Object.hasOwn(mapMethods, name)) return mapMethods[name];
  throw new UserError(`there is no map method "${name}"`, {
    hint: `the methods are ${Object.keys(mapMethods).join(', ')}`,
    code: 'map/method',
  });
}

const notSpatial = (layer: Layer) =>
  new UserError(`layer "${layer.name}" has no places, so there is nothing to draw a map of`, {
    hint: 'choose a convolution or another layer with height and width',
    code: 'map/not-spatial',
  });

function checkUnit(method: MapMethodDefinition, layer: Layer, channels: number, unit: number | null): void {
  if (unit !== null && Number.isInteger(unit) && unit >= 0 && unit < channels) return;
  throw new UserError(
    unit === null ? `${method.title} needs a neuron` : `layer "${layer.name}" has no neuron ${unit}`,
    { hint: `choose one from 0 to ${channels - 1}`, code: 'map/unit' },
  );
}

/** One sample's part of a batch. */
function sampleOf(batch: ActivationBatch, sample: number): { values: Float32Array; channels: number } {
  const size = batch.units * batch.height * batch.width;
  return { values: batch.values.subarray(sample * size, (sample + 1) * size), channels: batch.units };
}
