import type { EvaluationCost } from '../../shared/evaluation.js';
import { mapMethods } from '../cam/index.js';
import { ModelRuns } from '../map/modelRuns.js';
import type { OnnxModel } from '../onnx/model.js';
import { takingTurns } from '../turns.js';
import { type EvaluationInputs, type EvaluationJob, judgedRows } from './evaluateMaps.js';
import { linearImputation } from './imputation.js';
import { layerChannels } from './layerChannels.js';
import { classProbabilities, preparedInput } from './probabilities.js';
import { imputedPictures } from './road.js';
import { mapRuns, metricRuns } from './runCounts.js';

/** Pictures that are run together to see how long one takes. */
const timed = 8;

/**
 * What an evaluation will take, by the number of runs and how long one takes here, now. Metrics that need masks cost
 * nothing worth counting.
 */
export async function evaluationCost(
  model: OnnxModel,
  probe: EvaluationInputs,
  job: EvaluationJob,
  signal?: AbortSignal,
): Promise<EvaluationCost> {
  const modelRuns = new ModelRuns(model, job.threads);
  try {
    const feeds = await probe.batch(0, 1);
    const { planes } = preparedInput(feeds, probe.input);
    const run = () =>
      classProbabilities(modelRuns, probe.input, job.output, Array.from({ length: timed }, () => feeds)); // prettier-ignore
    await run();
    signal?.throwIfAborted();
    const ofRun = (await milliseconds(run)) / timed;
    const places = planes.height * planes.width;
    const imputes = job.metrics.includes('road');
    // As a map does it: what is removed hangs together, which takes longer to fill in than scattered pixels.
    const half = Uint8Array.from({ length: places }, (_, place) => Number(place < places / 2));
    const impute = () => linearImputation(planes, half, undefined, takingTurns(signal));
    const ofImputation = imputes ? await quickest(impute) : 0;
    const rows = judgedRows(job);
    let runs = 0;
    for (const { method, layer } of rows) {
      const ofMap = mapRuns(mapMethods[method], await layerChannels(model, layer));
      runs += ofMap + [...metricRuns(job.metrics, places, ofMap).values()].reduce((sum, count) => sum + count, 0);
    }
    const samples = Math.min(job.samples, probe.samples);
    const imputations = imputes ? rows.length * imputedPictures : 0;
    return { runs: runs * samples, milliseconds: samples * (runs * ofRun + imputations * ofImputation) };
  } finally {
    await modelRuns.release();
  }
}

/** Of as many runs as half a second holds, one at least: the first ones are compiled while they run. */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let least = Infinity;
  do least = Math.min(least, await milliseconds(run));
  while (performance.now() - started < 500);
  return least;
}

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
