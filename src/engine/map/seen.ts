import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { placeCount } from '../cam/index.js';
import { classNames } from '../classNames.js';
import type { Tensor } from '../runtime/index.js';
import { type Chunk, type MapLayer, placesOf, unitsOf } from './chunk.js';
import { classIndex } from './classIndex.js';
import { highest } from './classScores.js';
import type { Forward } from './forward.js';
import { inputLayout, sampleElements } from './inputBatch.js';
import type { MapPlan } from './mapPlan.js';
import { withGrid } from './mapLayers.js';
import { type ScoreReader, scoreReader } from './scoreReader.js';

/** A chunk, and how its classes are read. */
export interface Seen {
  chunk: Chunk;
  logits: ScoreReader;
  /** For each sample that counts, the classes that maps are drawn for. */
  classes: number[][];
  names: string[] | null;
}

export interface Fed {
  feeds: Record<string, Tensor>;
  /** Samples that are fed, and how many of them count. */
  batch: number;
  count: number;
  isMirrored: boolean;
}

/**
 * Runs a batch, and settles what maps are drawn for.
 *
 * @param classes for each sample; null: as the job says
 */
export async function see(
  plan: MapPlan,
  forward: Forward,
  { feeds, batch, count, isMirrored }: Fed,
  classes: number[][] | null,
  { pause, progress }: Pick<Chunk, 'pause' | 'progress'>,
): Promise<Seen> {
  const { runs, inputs, job, output, score } = plan;
  const { model } = runs;
  const layout = inputLayout(feeds[inputs.input].dims);
  const { size } = layout;
  const { values, pass } = await forward.run(feeds);
  const logits = scoreReader(model, output.logits, output, values[output.logits], batch, size);
  const scores = score === output.logits ? logits : scoreReader(model, score, output, values[score], batch, size);
  const names = await classNames(model, logits.classes);
  const ofSample = (tensor: string, sample: number): ArrayLike<number> => sampleElements(values[tensor], batch, sample);
  const samples = Array.from({ length: count }, (_, sample) => sample);
  const chosen = (job.classes ?? [job.class]).map((wanted) => classIndex(wanted, logits.classes, names));
  const drawn =
    classes ??
    samples.map((sample) => {
      const best = highest(logits.perClass(ofSample(output.logits, sample)));
      return chosen.map((index) => index ?? best);
    });
  checkTarget(scores, plan);
  const chunk: Chunk = {
    runs,
    feeds,
    batch,
    count,
    input: inputs.input,
    layout,
    layers: plan.layers.map((layer) => placed(layer, values[layer.name], batch, size)),
    values,
    pass,
    scores,
    targets: drawn.map((ofOne, sample) =>
      ofOne.map((index) =>
        scores.target(ofSample(score, sample), {
          class: index,
          region: job.region ?? 'predicted',
          box: job.box ?? null,
          mirrored: isMirrored,
        }),
      ),
    ),
    pause,
    progress,
  };
  checkLayers(plan, chunk);
  return { chunk, logits, classes: drawn, names };
}

function placed(layer: Layer, tensor: Tensor, batch: number, size: readonly number[]): MapLayer {
  const places = placesOf(tensor, layer, batch);
  const layout = withGrid(layer, places, size);
  return { name: layer.name, ...layout, places: placesOf(tensor, layout, batch) };
}

function checkTarget({ kind, tensor }: ScoreReader, { job, method }: MapPlan): void {
  if (!method.needsClass) return;
  if (typeof job.region === 'object' && kind !== 'places') {
    throw new UserError(`"${tensor}" has no places, so a region says nothing`, {
      hint: 'regions are for segmentations; leave it out',
      code: 'map/region',
    });
  }
  if (job.box !== undefined && kind !== 'boxes') {
    throw new UserError(`"${tensor}" holds no boxes, so a box's number says nothing`, {
      hint: 'boxes are those of detectors; leave it out',
      code: 'map/box',
    });
  }
}

function checkLayers({ layers, method, job }: MapPlan, chunk: Chunk): void {
  chunk.layers.forEach((layer, i) => {
    if (placeCount(layer.places) < 2) {
      throw new UserError(`layer "${layers[i].name}" has no places, so there is nothing to draw a map of`, {
        hint: 'choose a convolution or another layer with height and width',
        code: 'map/not-spatial',
      });
    }
    const channels = unitsOf(chunk.values[layer.name], layer, chunk.batch);
    const wanted = method.needs === 'unit' ? [job.unit] : (job.units ?? []);
    for (const unit of wanted) {
      if (unit !== null && Number.isInteger(unit) && unit >= 0 && unit < channels) continue;
      throw new UserError(
        unit === null ? `${method.title} needs a neuron` : `layer "${layer.name}" has no neuron ${unit}`,
        { hint: `choose one from 0 to ${channels - 1}`, code: 'map/unit' },
      );
    }
    const [first] = chunk.layers;
    if (job.raw && layer.places.join() !== first.places.join()) {
      throw new UserError('raw maps of layers with different sizes cannot be averaged', {
        hint: 'name one layer, or leave --raw out',
      });
    }
  });
}
