import { classNames } from '../classNames.js';
import { computeMaps } from '../map/computeMaps.js';
import { highest } from '../map/classScores.js';
import type { MapInputs, MapJob } from '../map/mapJob.js';
import { ModelRuns } from '../map/modelRuns.js';
import type { OnnxModel } from '../onnx/model.js';
import { evenlySpread, type ProbeSet } from '../probe/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { UserError } from '../../shared/userError.js';
import { deletion, insertion } from './causalCurves.js';
import { boxAround, type ClassMasks, classMasks } from './classMasks.js';
import { adcc, coherency, complexity, drop, explanationOf, increase, spearman } from './confidence.js';
import { boxIousByThreshold, energyInside, maxBoxAccuracy, pointsAt } from './localisation.js';
import { type EvaluationMetric, maskMetrics } from './metrics.js';
import { classProbabilities, type PreparedInput, preparedInput, probabilityOf } from './probabilities.js';
import { randomisedModel } from './randomisedModel.js';
import { road } from './road.js';
import { SeedIou } from './seedIou.js';

export interface EvaluationJob {
  methods: readonly string[];
  /** Each evaluated on its own; empty: the default layer. */
  layers: readonly string[];
  metrics: readonly EvaluationMetric[];
  /** So many samples, evenly spread over the probe set. */
  samples: number;
  /** Index of the class; null: each sample's highest. */
  class: number | null;
  output: string | null;
  seed: number;
  threads: number | null;
}

/** What is needed of a probe set; without concepts, what needs masks is left out. */
export type EvaluationInputs = Pick<ProbeSet, 'kind' | 'input' | 'samples' | 'batch'> &
  Partial<Pick<ProbeSet, 'concepts'>>;

/** The control: what a map says that knows nothing. */
export const controlMethod = 'randomcam';

export interface EvaluationRow {
  method: string;
  /** Null for methods that are of the whole model. */
  layer: string | null;
  /** Mean over the samples; null where it could not be measured. */
  values: Partial<Record<EvaluationMetric, number | null>>;
  /** Samples that each metric was measured on. */
  samples: Partial<Record<EvaluationMetric, number>>;
  /** Why there is nothing: the method is not to be had for this model. */
  problem: string | null;
}

export interface Evaluation {
  /** Methods × layers, the control last. */
  rows: EvaluationRow[];
  metrics: EvaluationMetric[];
  samples: number;
  notes: string[];
  milliseconds: number;
}

interface Options {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Judges maps of pictures: every method on every layer by every metric, on the same samples, Random-CAM beside them.
 *
 * @throws UserError where the probe set is not of pictures
 */
export async function evaluateMaps(
  model: OnnxModel,
  probe: EvaluationInputs,
  job: EvaluationJob,
  { signal, onProgress }: Options = {},
): Promise<Evaluation> {
  const started = performance.now();
  const runs = new ModelRuns(model, job.threads);
  const shuffled = job.metrics.includes('randomised') ? await randomisedModel(model, job.seed) : null;
  const shuffledRuns = shuffled && new ModelRuns(shuffled.model, job.threads);
  try {
    const notes: string[] = [];
    const picked = evenlySpread(probe.samples, job.samples);
    const masks = await masksFor(model, probe, job, runs, notes, signal);
    const metrics = job.metrics.filter((metric) => masks || !maskMetrics.includes(metric));
    const methods = [...new Set([...job.methods.filter((name) => name !== controlMethod), controlMethod])];
    const layers = job.layers.length > 0 ? job.layers : [null];
    const columns = methods.flatMap((method) => layers.map((layer) => new Column(method, layer)));
    for (const [done, sample] of picked.entries()) {
      const feeds = await probe.batch(sample, 1);
      const prepared = preparedInput(feeds, probe.input);
      const [probabilities] = await classProbabilities(runs, probe.input, job.output, [feeds]);
      const index = job.class ?? highest(probabilities);
      for (const [i, column] of columns.entries()) {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        onProgress?.(done * columns.length + i, picked.length * columns.length);
        if (column.problem !== null) continue;
        try {
          const draw = drawing(runs, probe, prepared, job, column);
          const again = shuffledRuns && drawing(shuffledRuns, probe, prepared, job, column);
          await column.judge({ runs, probe, prepared, index, sample, masks, metrics, job, draw, again });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          column.problem = error.sentence;
        }
      }
    }
    onProgress?.(picked.length * columns.length, picked.length * columns.length);
    return {
      rows: columns.map((column) => column.row(metrics)),
      metrics,
      samples: picked.length,
      notes: [...new Set(notes)],
      milliseconds: performance.now() - started,
    };
  } finally {
    await runs.release();
    await shuffledRuns?.release();
    await shuffled?.remove();
  }
}

/** One map of the input as it is, or with other pixels. */
type Draw = (index: number, feeds?: Record<string, Tensor>) => Promise<Float32Array>;

function drawing(
  runs: ModelRuns,
  probe: EvaluationInputs,
  { planes, feeds: own }: PreparedInput,
  job: EvaluationJob,
  column: Column,
): Draw {
  const { method, layer } = column;
  return async (index, feeds = own) => {
    const inputs: MapInputs = { kind: probe.kind, input: probe.input, samples: 1, batch: async () => feeds };
    const mapJob: MapJob = {
      method,
      layers: layer === null ? [] : [layer],
      class: index,
      output: job.output,
      unit: null,
      seed: job.seed,
      raw: false,
      threads: job.threads,
    };
    const { maps, layers } = await computeMaps(runs.model, inputs, [planes.height, planes.width], mapJob, { runs });
    column.drawn = layers[0] ?? null;
    return maps[0];
  };
}

interface Case {
  runs: ModelRuns;
  probe: EvaluationInputs;
  prepared: PreparedInput;
  /** The class. */
  index: number;
  sample: number;
  masks: ClassMasks | null;
  metrics: readonly EvaluationMetric[];
  job: EvaluationJob;
  draw: Draw;
  /** Of the network with its weights shuffled. */
  again: Draw | null;
}

/** One method on one layer: what was measured so far. */
class Column {
  problem: string | null = null;
  /** The layer that the maps are of; null where they are of the whole model. */
  drawn: string | null = null;
  readonly #sums = new Map<EvaluationMetric, { sum: number; count: number }>();
  readonly #boxes: Float64Array[] = [];
  readonly #seeds = new SeedIou();

  constructor(
    readonly method: string,
    readonly layer: string | null,
  ) {}

  async judge({ runs, probe, prepared, index, sample, masks, metrics, job, draw, again }: Case): Promise<void> {
    const { planes } = prepared;
    const has = (metric: EvaluationMetric): boolean => metrics.includes(metric);
    const map = await draw(index);
    const probability = probabilityOf(runs, prepared, probe.input, job.output, index);
    if (has('deletion')) this.#add('deletion', (await deletion(planes, map, probability)).area);
    if (has('insertion')) this.#add('insertion', (await insertion(planes, map, probability)).area);
    if (has('road')) this.#add('road', (await road(planes, map, probability, job.seed)).combined);
    if (has('drop') || has('increase') || has('adcc')) {
      const explained = explanationOf(planes, map);
      const [whole, part] = await probability([planes.values, explained]);
      if (has('drop')) this.#add('drop', drop(whole, part));
      if (has('increase')) this.#add('increase', increase(whole, part));
      if (has('adcc')) {
        const coherent = coherency(map, await draw(index, prepared.with(explained)));
        this.#add('adcc', adcc(coherent, complexity(map), drop(whole, part)));
      }
    }
    if (has('randomised') && again) {
      const correlation = spearman(map, await again(index));
      if (!Number.isNaN(correlation)) this.#add('randomised', Math.abs(correlation));
    }
    if (!masks) return;
    const { height, width } = planes;
    if (masks.has(sample, index)) {
      const mask = masks.mask(sample, index, height, width);
      const hit = pointsAt(map, mask, width);
      if (has('pointing') && hit !== null) this.#add('pointing', Number(hit));
      const energy = energyInside(map, mask);
      if (has('energy') && energy !== null) this.#add('energy', energy);
      const box = boxAround(mask, width);
      if (has('boxes') && box) this.#boxes.push(boxIousByThreshold(map, width, [box]));
    }
    if (has('seeds')) await this.#addSeeds(masks, sample, height, width, draw);
  }

  async #addSeeds(masks: ClassMasks, sample: number, height: number, width: number, draw: Draw): Promise<void> {
    const truth = new Int32Array(height * width).fill(-1);
    const maps = new Map<number, Float32Array>();
    for (const present of masks.classes.filter((candidate) => masks.has(sample, candidate))) {
      masks.mask(sample, present, height, width).forEach((inside, i) => inside && (truth[i] = present));
      maps.set(present, await draw(present));
    }
    if (maps.size > 0) this.#seeds.add(maps, truth);
  }

  #add(metric: EvaluationMetric, value: number): void {
    const { sum, count } = this.#sums.get(metric) ?? { sum: 0, count: 0 };
    this.#sums.set(metric, { sum: sum + value, count: count + 1 });
  }

  row(metrics: readonly EvaluationMetric[]): EvaluationRow {
    const values: EvaluationRow['values'] = {};
    const samples: EvaluationRow['samples'] = {};
    for (const metric of metrics) {
      const measured = this.#sums.get(metric);
      values[metric] = measured ? measured.sum / measured.count : null;
      samples[metric] = measured?.count ?? 0;
    }
    if (metrics.includes('boxes') && this.#boxes.length > 0) {
      values.boxes = maxBoxAccuracy(this.#boxes);
      samples.boxes = this.#boxes.length;
    }
    const seeds = metrics.includes('seeds') ? this.#seeds.result() : null;
    if (seeds) values.seeds = seeds.meanIou;
    if (this.problem !== null) for (const metric of metrics) values[metric] = null;
    return { method: this.method, layer: this.drawn, values, samples, problem: this.problem };
  }
}

/** Masks of classes, where metrics want them and concepts of places are named after classes. */
async function masksFor(
  model: OnnxModel,
  probe: EvaluationInputs,
  job: EvaluationJob,
  runs: ModelRuns,
  notes: string[],
  signal: AbortSignal | undefined,
): Promise<ClassMasks | null> {
  const wanted = job.metrics.filter((metric) => maskMetrics.includes(metric));
  if (wanted.length === 0 || !probe.concepts) return null;
  const [probabilities] = await classProbabilities(runs, probe.input, job.output, [await probe.batch(0, 1)]);
  const names = await classNames(model, probabilities.length);
  const masks = classMasks(await probe.concepts(probe.samples, signal), names);
  if (!masks) {
    notes.push('No concept of places is named after a class: pointing games, boxes and seeds are left out.');
  }
  return masks;
}
