import { controlMethod, type EvaluationMetric, type EvaluationRow } from '../../shared/evaluation.js';
import { computeMaps } from '../map/computeMaps.js';
import type { MapInputs, MapJob } from '../map/mapJob.js';
import type { ModelRuns } from '../map/modelRuns.js';
import type { Tensor } from '../runtime/tensor.js';
import { deletion, insertion } from './causalCurves.js';
import { boxAround, type ClassMasks } from './classMasks.js';
import { adcc, coherency, complexity, drop, explanationOf, increase, spearman } from './confidence.js';
import type { EvaluationInputs, EvaluationJob } from './evaluateMaps.js';
import { boxIousByThreshold, energyInside, maxBoxAccuracy, pointsAt } from './localisation.js';
import { type PreparedInput, probabilityOf } from './probabilities.js';
import { road } from './road.js';
import { SeedIou } from './seedIou.js';

/** One map of the input as it is, or with other pixels. */
export type Draw = (index: number, feeds?: Record<string, Tensor>) => Promise<Float32Array>;

/** One picture on which a map is judged. */
export interface Case {
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
  /** Awaited between runs: a cancellation arrives there. */
  pause: () => Promise<void>;
  /** Told after each metric. */
  onMetric: (metric: EvaluationMetric) => void;
}

/** The maps of one method on one layer, and what was measured of them so far. */
export class JudgedMaps {
  problem: string | null = null;
  readonly #sums = new Map<EvaluationMetric, { sum: number; count: number }>();
  readonly #boxes: Float64Array[] = [];
  readonly #seeds = new SeedIou();
  #seeded = 0;
  /** The layer that the maps are of; null where they are of the whole model. */
  #drawn: string | null;

  constructor(
    readonly method: string,
    readonly layer: string | null,
  ) {
    this.#drawn = layer;
  }

  get isControl(): boolean {
    return this.method === controlMethod;
  }

  /** How to draw maps of this method and layer. */
  drawing(
    runs: ModelRuns,
    probe: EvaluationInputs,
    { planes, feeds: own }: PreparedInput,
    { output, seed, threads }: EvaluationJob,
    signal: AbortSignal | undefined,
  ): Draw {
    const { method, layer } = this;
    return async (index, feeds = own) => {
      const inputs: MapInputs = { kind: probe.kind, input: probe.input, samples: 1, batch: async () => feeds };
      const mapJob: MapJob = {
        ...{ method, class: index, output, unit: null, seed, raw: false, threads },
        layers: layer === null ? [] : [layer],
      };
      const size = [planes.height, planes.width];
      const { maps, layers } = await computeMaps(runs.model, inputs, size, mapJob, { runs, signal });
      this.#drawn = layers[0] ?? null;
      return maps[0];
    };
  }

  async judge({
    runs,
    probe,
    prepared,
    index,
    sample,
    masks,
    metrics,
    job,
    draw,
    again,
    pause,
    onMetric,
  }: Case): Promise<void> {
    const { planes } = prepared;
    const has = (metric: EvaluationMetric): boolean => metrics.includes(metric);
    const add = (metric: EvaluationMetric, value: number): void => {
      this.#add(metric, value);
      onMetric(metric);
    };
    const map = await draw(index);
    const ofClass = probabilityOf(runs, prepared, probe.input, job.output, index);
    const probability: typeof ofClass = async (inputs) => {
      await pause();
      return ofClass(inputs);
    };
    if (has('deletion')) add('deletion', (await deletion(planes, map, probability)).area);
    if (has('insertion')) add('insertion', (await insertion(planes, map, probability)).area);
    if (has('road')) add('road', (await road(planes, map, probability, job.seed, pause)).combined);
    if (has('drop') || has('increase') || has('adcc')) {
      const explained = explanationOf(planes, map);
      const [whole, part] = await probability([planes.values, explained]);
      if (has('drop')) add('drop', drop(whole, part));
      if (has('increase')) add('increase', increase(whole, part));
      if (has('adcc')) {
        const coherent = coherency(map, await draw(index, prepared.with(explained)));
        add('adcc', adcc(coherent, complexity(map), drop(whole, part)));
      }
    }
    if (has('randomised') && again) {
      const correlation = spearman(map, await again(index));
      if (!Number.isNaN(correlation)) add('randomised', Math.abs(correlation));
    }
    if (!masks) return;
    const { height, width } = planes;
    if (masks.has(sample, index)) {
      const mask = masks.mask(sample, index, height, width);
      const hit = pointsAt(map, mask, width);
      if (has('pointing') && hit !== null) add('pointing', Number(hit));
      const energy = energyInside(map, mask);
      if (has('energy') && energy !== null) add('energy', energy);
      const box = boxAround(mask, width);
      if (has('boxes') && box) this.#boxes.push(boxIousByThreshold(map, width, [box]));
    }
    if (has('seeds')) {
      await this.#addSeeds(masks, sample, height, width, draw);
      onMetric('seeds');
    }
  }

  async #addSeeds(masks: ClassMasks, sample: number, height: number, width: number, draw: Draw): Promise<void> {
    const truth = new Int32Array(height * width).fill(-1);
    const maps = new Map<number, Float32Array>();
    for (const present of masks.classes.filter((candidate) => masks.has(sample, candidate))) {
      masks.mask(sample, present, height, width).forEach((inside, i) => inside && (truth[i] = present));
      maps.set(present, await draw(present));
    }
    if (maps.size === 0) return;
    this.#seeds.add(maps, truth);
    this.#seeded++;
  }

  #add(metric: EvaluationMetric, value: number): void {
    const { sum, count } = this.#sums.get(metric) ?? { sum: 0, count: 0 };
    this.#sums.set(metric, { sum: sum + value, count: count + 1 });
  }

  /** What there is by now. */
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
    if (seeds) {
      values.seeds = seeds.meanIou;
      samples.seeds = this.#seeded;
    }
    if (this.problem !== null) for (const metric of metrics) values[metric] = null;
    return { method: this.method, layer: this.#drawn, values, samples, problem: this.problem };
  }
}
