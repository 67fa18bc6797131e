import { gaussianBlur } from './gaussianBlur.js';
import { bySaliency, type ClassProbability, type Planes } from './planes.js';

export interface CausalCurve {
  /** The class's probability after 0, 1, ... steps. */
  probabilities: Float64Array;
  /** Area under it by the trapezoid rule, both axes in [0, 1]. */
  area: number;
}

/** Side of RISE's pictures: there a step is one row of them, so that there are as many steps here at most. */
const riseSide = 224;

/**
 * Deletion: the most salient pixels are set to 0 (the mean, in a normalised input) first. The lower the area, the better
 * the map. Petsiuk et al. 2018 (RISE), with its steps: 224 of equal size, or one a pixel in smaller pictures.
 *
 * @param map height × width
 */
export function deletion(input: Planes, map: Float32Array, probability: ClassProbability): Promise<CausalCurve> {
  return curve(input.values, new Float32Array(input.values.length), input, map, probability);
}

/**
 * Insertion: into the blurred picture (Gaussian, sigma 5, kernel 11) the most salient pixels come back first. The higher
 * the area, the better the map. Petsiuk et al. 2018.
 */
export function insertion(input: Planes, map: Float32Array, probability: ClassProbability): Promise<CausalCurve> {
  return curve(gaussianBlur(input, 11, 5), input.values, input, map, probability);
}

/** Pixels that change in a step, and how many steps there are. */
export function curveSteps(places: number): { step: number; steps: number } {
  const step = Math.ceil(places / riseSide);
  return { step, steps: Math.ceil(places / step) };
}

async function curve(
  from: Float32Array,
  to: Float32Array,
  { channels, height, width }: Planes,
  map: Float32Array,
  probability: ClassProbability,
): Promise<CausalCurve> {
  const places = height * width;
  const order = bySaliency(map);
  const { step, steps } = curveSteps(places);
  const probabilities = new Float64Array(steps + 1);
  const picture = Float32Array.from(from);
  const waiting: Float32Array[] = [];
  let scored = 0;
  for (let i = 0; i <= steps; i++) {
    waiting.push(picture.slice());
    if (waiting.length === batch || i === steps) {
      probabilities.set(await probability(waiting), scored);
      scored += waiting.length;
      waiting.length = 0;
    }
    for (const place of order.subarray(step * i, step * (i + 1))) {
      for (let channel = 0; channel < channels; channel++) {
        picture[channel * places + place] = to[channel * places + place];
      }
    }
  }
  return { probabilities, area: areaUnder(probabilities) };
}

/** Pictures that are kept at a time. */
const batch = 16;

function areaUnder(values: Float64Array): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return (sum - values[0] / 2 - values[values.length - 1] / 2) / (values.length - 1);
}
