import type { Inputs } from '../rule.js';
import { floatAttribute, integerAttribute, textAttribute } from './attributes.js';

/** How Resize samples, as the attributes of the operator say it. */
export interface SamplingMode {
  kind: string;
  coordinates: string;
  nearest: string;
  cubic: number;
  excludesOutside: boolean;
  antialias: boolean;
}

/** One axis that is resized. */
export interface Axis {
  size: number;
  resized: number;
  scale: number;
  /** Of tf_crop_and_resize: where it begins and ends, as shares of the axis. */
  region: readonly [number, number] | readonly number[];
}

export function samplingMode({ node, opset }: Inputs): SamplingMode {
  // Upsample, and the first Resize, know no rules for coordinates.
  const isOld = node.op === 'Upsample' || opset < 11;
  const kind = textAttribute(node, 'mode', 'nearest');
  return {
    kind: kind === 'bilinear' ? 'linear' : kind,
    coordinates: isOld ? 'asymmetric' : textAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearest: isOld ? 'simple' : textAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubic: floatAttribute(node, 'cubic_coeff_a', -0.75),
    excludesOutside: integerAttribute(node, 'exclude_outside', 0) === 1,
    antialias: integerAttribute(node, 'antialias', 0) === 1,
  };
}

/** Computed in float32, as ONNX Runtime does: nearest neighbours depend on the last bit. */
const { fround } = Math;

/** Where an output place lies on the input's axis. https://onnx.ai/onnx/operators/onnx__Resize.html */
function origin(place: number, { size, resized, scale, region }: Axis, coordinates: string): number {
  const s = fround(scale);
  switch (coordinates) {
    case 'asymmetric':
      return fround(place / s);
    case 'align_corners':
      return resized === 1 ? 0 : fround(fround(place * (size - 1)) / (resized - 1));
    case 'pytorch_half_pixel':
      return resized === 1 ? 0 : fround(fround(fround(place + 0.5) / s) - 0.5);
    case 'tf_half_pixel_for_nn':
      return fround(fround(place + 0.5) / s);
    case 'half_pixel_symmetric': {
      const adjusted = fround(resized / fround(s * size));
      const offset = fround((size / 2) * fround(1 - adjusted));
      // The sum is taken in float64 there: of 3 elements made one, the place is just below 1.
      return fround(offset + (place + 0.5) / s - 0.5);
    }
    case 'tf_crop_and_resize': {
      const [from, to] = region;
      return resized === 1
        ? 0.5 * (from + to) * (size - 1)
        : fround(from * (size - 1) + (place * (to - from) * (size - 1)) / (resized - 1));
    }
    default:
      return fround(fround(fround(place + 0.5) / s) - 0.5);
  }
}

function nearestTo(at: number, rule: string, scale: number): number {
  switch (rule) {
    case 'floor':
      return Math.floor(at);
    case 'ceil':
      return Math.ceil(at);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    case 'simple':
      return scale < 1 ? Math.ceil(at) : Math.trunc(at);
    default:
      return Math.ceil(at - 0.5);
  }
}

/** Keys' cubic convolution kernel. */
function cubicKernel(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/** Outputs × inputs: what each input element counts in each output element. */
export function sampling(axis: Axis, mode: SamplingMode): Float32Array {
  const { size, resized, scale } = axis;
  const weights = new Float32Array(size * resized);
  for (let place = 0; place < resized; place++) {
    const at = origin(place, axis, mode.coordinates);
    if (mode.coordinates === 'tf_crop_and_resize' && (at < 0 || at > size - 1)) continue;
    const put = (input: number, weight: number): void => {
      weights[place * size + Math.min(Math.max(input, 0), size - 1)] += weight;
    };
    if (mode.kind === 'nearest') {
      put(nearestTo(at, mode.nearest, scale), 1);
    } else if (mode.antialias && scale < 1) {
      filtered(at, axis, mode).forEach(([input, weight]) => put(input, weight));
    } else if (mode.kind === 'linear') {
      const inside = Math.min(Math.max(at, 0), size - 1);
      const low = Math.floor(inside);
      put(low, 1 - (inside - low));
      put(low + 1, inside - low);
    } else {
      const low = Math.floor(at);
      const taps = [-1, 0, 1, 2].map((k) => [low + k, cubicKernel(at - low - k, mode.cubic)] as const);
      normalisedInside(taps, size, mode.excludesOutside).forEach(([input, weight]) => put(input, weight));
    }
  }
  return weights;
}

type Taps = readonly (readonly [input: number, weight: number])[];

function normalisedInside(taps: Taps, size: number, excludes: boolean): Taps {
  if (!excludes) return taps;
  const inside = taps.filter(([input]) => input >= 0 && input < size);
  const sum = inside.reduce((all, [, weight]) => all + weight, 0);
  return inside.map(([input, weight]) => [input, weight / sum] as const);
}

/** When it shrinks, the kernel is widened by as much. */
function filtered(at: number, { size, scale }: Axis, mode: SamplingMode): Taps {
  const support = (mode.kind === 'linear' ? 1 : 2) / scale;
  const centre = at + 0.5;
  const [low, high] = [Math.floor(centre - support + 0.5), Math.floor(centre + support + 0.5)];
  const taps = Array.from({ length: high - low }, (_, k) => {
    const distance = (low + k - centre + 0.5) * scale;
    const weight = mode.kind === 'linear' ? Math.max(0, 1 - Math.abs(distance)) : cubicKernel(distance, mode.cubic);
    return [low + k, weight] as const;
  });
  const kept = mode.excludesOutside ? taps.filter(([input]) => input >= 0 && input < size) : taps;
  const sum = kept.reduce((all, [, weight]) => all + weight, 0);
  return kept.map(([input, weight]) => [input, weight / sum] as const);
}
