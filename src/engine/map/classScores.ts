import type { ClassScore } from '../../shared/engineApi.js';
import type { ClassOutput } from './classOutput.js';

const offered = 5;

/**
 * One score a class: the logit; where the output is a map (segmentation), its mean over places.
 *
 * @param values classes × places
 */
export function meanScores(values: Float32Array, classes: number): Float64Array {
  const places = values.length / classes;
  const scores = new Float64Array(classes);
  for (let i = 0; i < classes; i++) {
    for (let place = 0; place < places; place++) scores[i] += values[i * places + place];
    scores[i] /= places;
  }
  return scores;
}

/** Index of the highest score; the first of equals. NaN never wins. */
export function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best] || Number.isNaN(scores[best])) best = i;
  return best;
}

/** The five highest classes, highest first, and those chosen that are not among them. `none`: scores that no rule makes probabilities. */
export function topClasses(
  scores: Float64Array,
  link: ClassOutput['link'] | 'none',
  names: string[] | null,
  chosen: readonly number[],
): ClassScore[] {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  const shown = order.slice(0, offered);
  shown.push(...new Set(chosen.filter((index) => !shown.includes(index))));
  const maximum = scores[order[0]];
  const sum = scores.reduce((total, score) => total + Math.exp(score - maximum), 0);
  return shown.map((index) => ({
    class: index,
    name: names?.[index] ?? null,
    score: scores[index],
    probability:
      scores.length === 1 || link === 'none'
        ? null
        : link === 'sigmoid'
          ? 1 / (1 + Math.exp(-scores[index]))
          : Math.exp(scores[index] - maximum) / sum,
  }));
}
