import type { ForwardPass } from '../backward/index.js';
import type { LayerActivations } from '../cam/index.js';
import { type LayerLayout, perSample, type Tensor, toActivationBatch } from '../runtime/index.js';
import { type InputLayout, sampleElements } from './inputBatch.js';
import type { ModelRuns } from './modelRuns.js';
import type { ScoreReader, ScoreTarget } from './scoreReader.js';

/** A layer that maps are drawn of. */
export interface MapLayer extends LayerLayout {
  name: string;
  /** Sizes of its axes of places. */
  places: readonly number[];
}

/** Inputs that went through the model together, and what is asked of them. */
export interface Chunk {
  runs: ModelRuns;
  feeds: Record<string, Tensor>;
  /** Samples that are fed, and how many of them count. */
  batch: number;
  count: number;
  /** The input that holds the pictures. */
  input: string;
  layout: InputLayout;
  layers: readonly MapLayer[];
  /** The layers and the scores. */
  values: Record<string, Tensor>;
  /** The same run, where it can be differentiated. */
  pass: ForwardPass | null;
  scores: ScoreReader;
  /** For each sample that counts, for each class. */
  targets: ScoreTarget[][];
  /** Between two runs: lets messages through, throws where the work was cancelled. */
  pause(): Promise<void>;
  /** That this share of the chunk is done, in [0, 1]. */
  progress(share: number): void;
}

/** Sizes of a tensor's axes of places. */
export function placesOf({ dims }: Tensor, { unitAxis, grid }: LayerLayout, batch: number): number[] {
  const own = perSample(dims, unitAxis, batch);
  const places = own.dims.filter((_, axis) => axis !== own.unitAxis);
  const count = places.reduce((product, size) => product * size, 1);
  return grid && grid.prefix + grid.height * grid.width === count ? [grid.height, grid.width] : places;
}

/** How many channels a layer's tensor has. */
export function unitsOf({ dims }: Tensor, { unitAxis }: LayerLayout, batch: number): number {
  const own = perSample(dims, unitAxis, batch);
  return own.unitAxis === null ? 1 : own.dims[own.unitAxis];
}

/** A layer's tensor by sample, channels × places; gradients are taken apart in the same way. */
export function byChannel(tensor: Tensor, layer: MapLayer, batch: number, count: number): LayerActivations[] {
  const { values, units } = toActivationBatch(tensor, layer, 0, count, batch);
  const each = values.length / count;
  return Array.from({ length: count }, (_, sample) => ({
    values: values.subarray(sample * each, (sample + 1) * each),
    channels: units,
    places: layer.places,
  }));
}

/** The chosen channels alone, in the order in which they are named. */
export function onlyUnits(values: Float32Array, channels: number, units: readonly number[] | null): Float32Array {
  if (!units) return values;
  const each = values.length / channels;
  const kept = new Float32Array(units.length * each);
  units.forEach((unit, i) => kept.set(values.subarray(unit * each, (unit + 1) * each), i * each));
  return kept;
}

/** Weights of the score tensor's elements for one class of each sample. */
export function seedsOf({ targets, batch, count }: Chunk, values: Tensor, index: number): Float32Array {
  const seeds = new Float32Array(values.data.length);
  const each = seeds.length / batch;
  for (let sample = 0; sample < count; sample++) {
    const into = values.dims[0] === batch ? seeds.subarray(sample * each, (sample + 1) * each) : seeds;
    targets[sample][index].addSeed(sampleElements(values, batch, sample), into);
  }
  return seeds;
}
