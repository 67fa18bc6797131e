import {
  controlMethod,
  type Evaluation,
  type EvaluationMetric,
  type EvaluationProgress,
  type EvaluationSettings,
  maskMetrics,
} from '../../shared/evaluation.js';
import { UserError } from '../../shared/userError.js';
import { mapMethods } from '../cam/index.js';
import { classNames } from '../classNames.js';
import { highest } from '../map/classScores.js';
import { ModelRuns } from '../map/modelRuns.js';
import type { OnnxModel } from '../onnx/model.js';
import { evenlySpread, type ProbeSet } from '../probe/index.js';
import { takingTurns } from '../turns.js';
import { type ClassMasks, classMasks } from './classMasks.js';
import { JudgedMaps } from './judgedMaps.js';
import { layerChannels } from './layerChannels.js';
import { classProbabilities, preparedInput } from './probabilities.js';
import { randomisedModel } from './randomisedModel.js';
import { mapRuns, metricRuns } from './runCounts.js';

export interface EvaluationJob extends Readonly<EvaluationSettings> {
  /** Index of the class; null: each sample's highest. */
  class: number | null;
  output: string | null;
  seed: number;
}

/** What is needed of a probe set; without concepts, what needs masks is left out. */
export type EvaluationInputs = Pick<ProbeSet, 'kind' | 'input' | 'samples' | 'batch'> &
  Partial<Pick<ProbeSet, 'concepts'>>;

interface Options {
  signal?: AbortSignal;
  /** After each metric of each map; what is told can be thrown away. */
  onProgress?: (progress: { done: number; total: number; row: number; table(): EvaluationProgress['table'] }) => void;
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
  const pause = takingTurns(signal);
  try {
    const notes: string[] = [];
    const picked = evenlySpread(probe.samples, job.samples);
    const masks = await masksFor(model, probe, job, runs, notes, signal);
    const metrics = job.metrics.filter((metric) => masks || !maskMetrics.includes(metric));
    const rows = judgedRows(job);
    const table = () => ({ rows: rows.map((row) => row.row(metrics)), metrics, samples: picked.length });
    const channels = await Promise.all(rows.map(({ layer }) => layerChannels(model, layer)));
    const tally = { done: 0, total: 0 };
    for (const [done, sample] of picked.entries()) {
      const feeds = await probe.batch(sample, 1);
      const prepared = preparedInput(feeds, probe.input);
      const [probabilities] = await classProbabilities(runs, probe.input, job.output, [feeds]);
      const index = job.class ?? highest(probabilities);
      const places = prepared.planes.height * prepared.planes.width;
      const costs = rows.map(({ method }, i) => {
        const ofMap = mapRuns(mapMethods[method], channels[i]);
        const ofMetrics = metricRuns(metrics, places, ofMap);
        return { ofMetrics, all: [...ofMetrics.values()].reduce((sum, runs) => sum + runs, ofMap) };
      });
      const ofSample = costs.reduce((sum, { all }) => sum + all, 0);
      tally.total = ofSample * picked.length;
      for (const [i, row] of rows.entries()) {
        const before = ofSample * done + costs.slice(0, i).reduce((sum, { all }) => sum + all, 0);
        const tell = (within: number) => onProgress?.({ done: before + within, total: tally.total, row: i, table });
        tell(0);
        await pause();
        if (row.problem !== null) continue;
        let within = costs[i].all - [...costs[i].ofMetrics.values()].reduce((sum, runs) => sum + runs, 0);
        const onMetric = (metric: EvaluationMetric) => tell((within += costs[i].ofMetrics.get(metric) ?? 0));
        try {
          const draw = row.drawing(runs, probe, prepared, job, signal);
          const again = shuffledRuns && row.drawing(shuffledRuns, probe, prepared, job, signal);
          await row.judge({ runs, probe, prepared, index, sample, masks, metrics, job, draw, again, pause, onMetric });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          row.problem = error.sentence;
        }
      }
    }
    onProgress?.({ done: tally.total, total: tally.total, row: -1, table });
    return { ...table(), notes: [...new Set(notes)], milliseconds: performance.now() - started };
  } finally {
    await runs.release();
    await shuffledRuns?.release();
    await shuffled?.remove();
  }
}

/** Methods × layers, the control last; methods of the whole model once. */
export function judgedRows({ methods, layers }: Pick<EvaluationSettings, 'methods' | 'layers'>): JudgedMaps[] {
  const named = [...new Set([...methods.filter((name) => name !== controlMethod), controlMethod])];
  return named.flatMap((method) => {
    const isOfLayers = mapMethods[method].drawing.by !== 'model' && layers.length > 0;
    return (isOfLayers ? [...new Set(layers)] : [null]).map((layer) => new JudgedMaps(method, layer));
  });
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
