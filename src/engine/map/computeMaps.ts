import type { ClassScore } from '../../shared/engineApi.js';
import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { finishMap, mapMethods, type MapMethodDefinition, type RawMap } from '../cam/index.js';
import { classNames } from '../classNames.js';
import { findLayer, poolingHead, structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import type { ProbeSet } from '../probe/index.js';
import { openSession, streamActivations, tokenGrid } from '../runtime/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import { classOutput } from './classOutput.js';
import { highest, meanScores, topClasses } from './classScores.js';
import { defaultMapLayer } from './defaultLayer.js';

export interface MapJob {
  method: string;
  /** Tensor names, node names or module paths; empty: `defaultMapLayer`. */
  layers: string[];
  /** Index or name of the class; null: each input's highest output. */
  class: number | string | null;
  output: string | null;
  unit: number | null;
  seed: number;
  /** The map before ReLU, scaling and resizing, at the layer's resolution. */
  raw: boolean;
  threads: number | null;
}

export interface InputMaps {
  method: MapMethodDefinition;
  layers: string[];
  /** One an input, height × width. */
  maps: Float32Array[];
  height: number;
  width: number;
  /** Per input: the class drawn for, and the highest outputs. */
  classes: (number | null)[];
  top: ClassScore[][];
  notes: string[];
  milliseconds: number;
}

/** What maps need of a probe set; a ready batch from a file is one, too. */
export type MapInputs = Pick<ProbeSet, 'input' | 'batch' | 'kind'> & { samples: number };

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
  const structure = structureOf(model);
  const scores = classOutput(model, job.output);
  const notes = [...scores.notes];
  const named = job.layers.map((name) => findLayer(structure, name));
  const computable = structure.layers.filter(({ name }) =>
    model.graph.nodes.some(({ outputs }) => outputs.includes(name)),
  );
  const session = await openSession(model, {
    outputs: [...new Set([...(named.length ? named : computable).map(({ name }) => name), scores.logits])],
    threads: job.threads,
  });
  try {
    notes.push(...session.notes);
    const layers = named.length ? named : [await choose()];
    const started = performance.now();
    const batches = new Map<string, ActivationBatch[]>();
    await streamActivations({
      session,
      probe: inputs as ProbeSet,
      samples: inputs.samples,
      signal,
      layers: [...(await withGrids(layers)), { name: scores.logits, unitAxis: null }],
      onBatch: (name, batch) => void (batches.get(name)?.push(batch) ?? batches.set(name, [batch])),
    });
    const logits = batches.get(scores.logits)!;
    const names = await classNames(model, logits[0].units);
    const chosen = classIndex(job.class, logits[0].units, names);
    const context = await headContext(layers);
    const result: InputMaps = {
      method,
      layers: layers.map(({ name }) => name),
      maps: [],
      height: size.height,
      width: size.width,
      classes: [],
      top: [],
      notes,
      milliseconds: 0,
    };
    for (let sample = 0; sample < inputs.samples; sample++) {
      const { values, units } = sampleOf(logits, sample);
      const perClass = meanScores(values, units);
      const drawn = method.needsClass ? (chosen ?? highest(perClass)) : chosen;
      const raw = layers.map((layer): RawMap => {
        const { values: activations, units: channels, height, width } = sampleOf(batches.get(layer.name)!, sample);
        if (height < 2 && width < 2) throw notSpatial(layer);
        checkUnit(layer, channels);
        const headWeights = context?.(drawn ?? 0, channels) ?? null;
        const map = method.raw(
          { values: activations, channels, height, width },
          { headWeights, unit: job.unit, seed: job.seed },
        );
        return { values: map, height, width };
      });
      if (job.raw) {
        if (raw.some(({ height, width }) => height !== raw[0].height || width !== raw[0].width)) {
          throw new UserError('raw maps of layers with different sizes cannot be averaged', {
            hint: 'name one layer, or leave --raw out',
          });
        }
        [result.height, result.width] = [raw[0].height, raw[0].width];
        result.maps.push(
          raw[0].values.map((_, i) => raw.reduce((sum, { values: map }) => sum + map[i], 0) / raw.length),
        );
      } else {
        result.maps.push(finishMap(raw, size.height, size.width, method.rectify));
      }
      result.classes.push(drawn);
      result.top.push(topClasses(perClass, scores.link, names, drawn));
    }
    result.milliseconds = performance.now() - started;
    return result;
  } finally {
    await session.release();
  }

  async function choose(): Promise<Layer> {
    const sizes = await withGrids(computable);
    const plane = new Map(sizes.map(({ name, plane }) => [name, plane]));
    const layer = await defaultMapLayer(model, structure, ({ name }) => {
      const { height, width } = plane.get(name) ?? { height: 1, width: 1 };
      return height > 1 && width > 1;
    });
    if (!layer) {
      throw new UserError(
        `${model.path}: no layer has places in two directions, so there is nothing to draw a map of`,
        {
          hint: 'class activation maps need a convolutional network or a vision transformer',
          code: 'map/no-spatial-layer',
        },
      );
    }
    return layer;
  }

  /** Layers with the grid of patches where their places are a row of tokens, and their plane for this input. */
  async function withGrids(layers: readonly Layer[]) {
    const planes = new Map<string, { height: number; width: number }>();
    await streamActivations({
      session,
      probe: inputs as ProbeSet,
      samples: 1,
      signal,
      layers: layers.map(({ name, unitAxis }) => ({ name, unitAxis })),
      onBatch: (name, { height, width }) => void planes.set(name, { height, width }),
    });
    return layers.map(({ name, unitAxis, shape }) => {
      const plane = planes.get(name)!;
      const tokens = plane.height === 1 && plane.width > 1 && shape?.length === 3 && unitAxis !== 1;
      const grid = tokens ? tokenGrid(plane.width) : null;
      return grid
        ? { name, unitAxis, grid, plane: { height: grid.height, width: grid.width } }
        : { name, unitAxis, plane };
    });
  }

  async function headContext(
    layers: Layer[],
  ): Promise<((drawn: number, channels: number) => ArrayLike<number>) | null> {
    if (method.needs !== 'head weights') return null;
    const head = await poolingHead(model);
    if (!head || layers.some(({ name }) => name !== head.layer)) {
      throw new UserError(
        head
          ? `${method.title} needs the layer before the pooling head, "${head.layer}", not "${layers.find(({ name }) => name !== head.layer)!.name}"`
          : `${model.path}: ${method.title} needs a head of global average pooling and one linear layer, which this model does not have`,
        { hint: 'take eigencam, which works for any spatial layer', code: 'map/no-head' },
      );
    }
    return (drawn, channels) =>
      head.weights
        ? head.weights.subarray(drawn * channels, (drawn + 1) * channels)
        : Float32Array.from({ length: channels }, (_, channel) => (channel === drawn ? 1 : 0));
  }

  function checkUnit(layer: Layer, channels: number): void {
    if (method.needs !== 'unit' || (job.unit !== null && job.unit >= 0 && job.unit < channels)) return;
    throw new UserError(
      job.unit === null ? `${method.title} needs a neuron` : `layer "${layer.name}" has no neuron ${job.unit}`,
      {
        hint: `choose one from 0 to ${channels - 1}`,
      },
    );
  }
}

function methodNamed(name: string): MapMethodDefinition {
  if (!Object.hasOwn(mapMethods, name)) {
    throw new UserError(`there is no map method "${name}"`, {
      hint: `the methods are ${Object.keys(mapMethods).join(', ')}`,
      code: 'map/method',
    });
  }
  return mapMethods[name];
}

const notSpatial = (layer: Layer) =>
  new UserError(`layer "${layer.name}" has no places, so there is nothing to draw a map of`, {
    hint: 'choose a convolution or another layer with height and width',
    code: 'map/not-spatial',
  });

/** One sample's part of the batch that holds it. */
function sampleOf(
  batches: ActivationBatch[],
  sample: number,
): { values: Float32Array; units: number; height: number; width: number } {
  const batch = batches.find(({ first, samples }) => sample >= first && sample < first + samples)!;
  const { units, height, width } = batch;
  const size = units * height * width;
  return {
    values: batch.values.subarray((sample - batch.first) * size, (sample - batch.first + 1) * size),
    units,
    height,
    width,
  };
}

function classIndex(wanted: number | string | null, classes: number, names: string[] | null): number | null {
  if (wanted === null) return null;
  const number = typeof wanted === 'number' ? wanted : /^\d+$/.test(wanted) ? Number(wanted) : null;
  if (number !== null) {
    if (Number.isInteger(number) && number >= 0 && number < classes) return number;
    throw new UserError(`there is no class ${wanted}`, {
      hint: `classes are numbered from 0 to ${classes - 1}`,
      code: 'map/class',
    });
  }
  const lower = String(wanted).toLowerCase();
  const exact = names?.findIndex((name) => name.toLowerCase() === lower) ?? -1;
  if (exact >= 0) return exact;
  const partial = names ? [...names.keys()].filter((i) => names[i].toLowerCase().split(/,\s*/).includes(lower)) : [];
  if (partial.length === 1) return partial[0];
  throw new UserError(
    names === null
      ? `class "${wanted}" is not known, because nothing names this model's ${classes} classes`
      : `class "${wanted}" is ${partial.length ? `the name of classes ${partial.join(', ')}` : 'none of the model’s classes'}`,
    {
      hint:
        names === null
          ? 'give its number, or put a labels.txt with one class a line beside the model'
          : 'give its number',
      code: 'map/class',
    },
  );
}
