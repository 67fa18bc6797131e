import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import { describeTensor } from '../onnx/index.js';
import { perSample, type Tensor } from '../runtime/index.js';
import type { ClassOutput } from './classOutput.js';
import { boxLayout, boxReader } from './boxScores.js';
import { meanScores } from './classScores.js';
import type { MapRegion } from '../../shared/engineApi.js';

/** What a map is drawn for: a score that is a function of one tensor's elements for one input. */
export interface ScoreTarget {
  /** The box, where the score is a box's. */
  box: number | null;
  score(values: ArrayLike<number>): number;
  /** Adds d score / d values to `into`. */
  addSeed(values: ArrayLike<number>, into: Float32Array): void;
  note: string | null;
}

/** How to read a model's scores. `values` are always one input's elements of the tensor. */
export interface ScoreReader {
  kind: 'classes' | 'places' | 'boxes';
  tensor: string;
  classes: number;
  /** Of boxes; otherwise 1. */
  boxes: number;
  /** One a class: of segmentations the mean over places, of detectors the highest box's. */
  perClass(values: ArrayLike<number>): Float64Array;
  target(values: ArrayLike<number>, wanted: TargetChoice): ScoreTarget;
}

export interface TargetChoice {
  class: number;
  region: MapRegion;
  /** Null: the box with the highest score. */
  box: number | null;
  /** The input is seen in a mirror: so is the region. */
  mirrored: boolean;
}

/**
 * @param tensor that holds the scores: logits or the output
 * @param values of that tensor for a batch
 * @param size   of the input's axes of places
 */
export function scoreReader(
  model: OnnxModel,
  tensor: string,
  output: ClassOutput,
  values: Tensor,
  batch: number,
  size: readonly number[],
): ScoreReader {
  const stated = describeTensor(model, tensor)?.unitAxis ?? null;
  const { dims, unitAxis } = perSample(values.dims, stated, batch);
  const boxes = size.length === 2 ? boxLayout(model, output.output, dims, batch) : null;
  if (boxes) return boxReader(tensor, boxes);

  const classes = unitAxis === null ? 1 : dims[unitAxis];
  const after = unitAxis === null ? 1 : product(dims.slice(unitAxis + 1));
  const plane = dims.filter((_, axis) => axis !== unitAxis);
  const places = product(plane);
  const at = (index: number, place: number): number => {
    const before = Math.floor(place / after);
    return (before * classes + index) * after + (place - before * after);
  };
  const byClass = (all: ArrayLike<number>): Float32Array =>
    Float32Array.from({ length: classes * places }, (_, i) => Number(all[at(Math.floor(i / places), i % places)]));
  if (places === 1) {
    return {
      kind: 'classes',
      tensor,
      classes,
      boxes: 1,
      perClass: (all) => meanScores(byClass(all), classes),
      target: (_, { class: wanted }) => linear([{ at: at(wanted, 0), weight: 1 }]),
    };
  }
  return {
    kind: 'places',
    tensor,
    classes,
    boxes: 1,
    perClass: (all) => meanScores(byClass(all), classes),
    target(all, { class: wanted, region, mirrored }) {
      const found = placesOf(byClass(all), classes, wanted, region, plane, size, mirrored, output.link);
      return linear(
        found.places.map((place) => ({ at: at(wanted, place), weight: 1 })),
        found.note,
      );
    },
  };
}

function linear(elements: readonly { at: number; weight: number }[], note: string | null = null): ScoreTarget {
  return {
    box: null,
    note,
    score: (values) => elements.reduce((sum, { at, weight }) => sum + weight * Number(values[at]), 0),
    addSeed: (_, into) => elements.forEach(({ at, weight }) => (into[at] += weight)),
  };
}

function placesOf(
  byClass: Float32Array,
  classes: number,
  wanted: number,
  region: MapRegion,
  plane: readonly number[],
  size: readonly number[],
  mirrored: boolean,
  link: ClassOutput['link'],
): { places: number[]; note: string | null } {
  const count = byClass.length / classes;
  const all = Array.from({ length: count }, (_, place) => place);
  if (region === 'all') return { places: all, note: null };
  if (region === 'predicted') {
    const own = byClass.subarray(wanted * count, (wanted + 1) * count);
    const found = all.filter((place) => {
      if (classes === 1) return own[place] > 0;
      if (link === 'sigmoid') return own[place] > 0;
      for (let other = 0; other < classes; other++) {
        const value = byClass[other * count + place];
        if (value > own[place] || (value === own[place] && other < wanted)) return false;
      }
      return true;
    });
    return found.length > 0
      ? { places: found, note: null }
      : { places: all, note: `Class ${wanted} is the highest nowhere, so its score is summed over all places.` };
  }
  const [height, width] = plane.slice(-2);
  const [inputHeight, inputWidth] = size.slice(-2);
  const x = mirrored ? inputWidth - region.x - region.width : region.x;
  const inside = all.filter((place) => {
    // A place belongs to the region where its centre lies in it.
    const column = (((place % width) + 0.5) * inputWidth) / width;
    const row = (((Math.floor(place / width) % height) + 0.5) * inputHeight) / height;
    return column >= x && column < x + region.width && row >= region.y && row < region.y + region.height;
  });
  if (inside.length === 0) {
    throw new UserError(
      `the region ${region.x},${region.y},${region.width},${region.height} holds no place of the output, which is ${height} × ${width} over ${inputHeight} × ${inputWidth} pixels`,
      { hint: 'give x,y,width,height in pixels of the input', code: 'map/region' },
    );
  }
  return { places: inside, note: null };
}

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);
