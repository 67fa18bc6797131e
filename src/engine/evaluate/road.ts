import { mulberry32, normalFiller, shuffle } from '../random.js';
import { linearImputation } from './imputation.js';
import type { ClassProbability, Planes } from './planes.js';

/** Percentiles of the map up to which pixels stay. */
const percentiles = [10, 20, 30, 40, 50, 60, 70, 80, 90];
/** Pictures that are imputed for one map: both orders at each percentile. */
export const imputedPictures = 2 * percentiles.length;
/** Standard deviation of what is added to imputed pixels, so that a network cannot see which they are by their smoothness. */
const noise = 0.01;

export interface Road {
  /** Most relevant first: mean over the percentiles of the probability without what the map points at. Lower is better. */
  mostRelevantFirst: number;
  /** Least relevant first: without what it does not point at. Higher is better. */
  leastRelevantFirst: number;
  /** (LeRF - MoRF) / 2. Higher is better. */
  combined: number;
}

/**
 * Remove and debias (Rong et al. 2022): pixels are replaced by noisy linear imputation instead of a colour, so that the
 * shape of what is missing tells the class as little as possible. At percentile p the p % lowest stay; for the least
 * relevant first, the p % highest. Equal saliencies, of which a rectified map has many, are ranked by chance.
 */
export async function road(
  input: Planes,
  map: Float32Array,
  probability: ClassProbability,
  seed: number,
  pause: () => Promise<void> = async () => {},
): Promise<Road> {
  const random = mulberry32(seed);
  const draw = normalFiller(seed + 1);
  const added = new Float64Array(input.values.length);
  const ascending = shuffle(
    Uint32Array.from(map, (_, i) => i),
    random,
  ).sort((a, b) => map[a] - map[b]);
  const without = async (order: Uint32Array): Promise<number> => {
    const pictures: Float32Array[] = [];
    let solution: Float32Array | undefined;
    for (const q of percentiles) {
      await pause();
      // As many as lie below the interpolated percentile.
      const kept = Math.ceil((q / 100) * (order.length - 1));
      const keep = new Uint8Array(order.length);
      for (const place of order.subarray(0, kept)) keep[place] = 1;
      solution = await linearImputation(input, keep, solution, pause);
      draw(added);
      const picture = solution.slice();
      for (let i = 0, place = 0; i < picture.length; i++, place++) {
        if (place === keep.length) place = 0;
        if (!keep[place]) picture[i] += noise * added[i];
      }
      pictures.push(picture);
    }
    const probabilities = await probability(pictures);
    return probabilities.reduce((sum, value) => sum + value, 0) / probabilities.length;
  };
  const mostRelevantFirst = await without(ascending);
  const leastRelevantFirst = await without(ascending.slice().reverse());
  return { mostRelevantFirst, leastRelevantFirst, combined: (leastRelevantFirst - mostRelevantFirst) / 2 };
}
