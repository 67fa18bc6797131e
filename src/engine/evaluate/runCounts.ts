import type { EvaluationMetric } from '../../shared/evaluation.js';
import { type MapMethodDefinition, noisyCopies } from '../cam/index.js';
import { curveSteps } from './causalCurves.js';
import { imputedPictures } from './road.js';

/** A backward run takes about as long as three forward ones. */
const gradient = 4;

/**
 * Forward runs of one picture that a map amounts to, about: what progress and an estimate are counted in.
 *
 * @param channels of the layer
 */
export function mapRuns({ needs }: MapMethodDefinition, channels: number): number {
  switch (needs) {
    case 'gradients':
    case 'bias gradients':
      return gradient;
    case 'noisy gradients':
      return noisyCopies * gradient;
    case 'masked scores':
      return 1 + channels;
    case 'ablated scores':
      // What follows the layer is a part of the model.
      return 1 + channels / 2;
    default:
      return 1;
  }
}

/**
 * Forward runs that judging one map of one picture amounts to, by metric.
 *
 * @param metrics in the order in which they are measured
 * @param places  pixels of the input
 * @param ofMap   runs that the map itself takes
 */
export function metricRuns(
  metrics: readonly EvaluationMetric[],
  places: number,
  ofMap: number,
): Map<EvaluationMetric, number> {
  const runs = new Map<EvaluationMetric, number>();
  const steps = curveSteps(places).steps + 1;
  let shown = false;
  for (const metric of metrics) {
    // The whole picture and what the map leaves of it are run once for all three.
    const pair: number = ['drop', 'increase', 'adcc'].includes(metric) && !shown ? 2 : 0;
    shown ||= pair > 0;
    const own = {
      deletion: steps,
      insertion: steps,
      road: imputedPictures,
      adcc: ofMap,
      randomised: ofMap,
      seeds: ofMap,
    };
    runs.set(metric, pair + (metric in own ? own[metric as keyof typeof own] : 0));
  }
  return runs;
}
