import type { ActivationBatch, Tensor } from './tensor.js';

/** Which axis of a layer's tensor holds the units, and, for token layers that show a picture's patches, their grid. */
export interface LayerLayout {
  unitAxis: number | null;
  /** Tokens after `prefix` others (class token, registers) as a grid of patches; absent: a row of places. */
  grid?: TokenGrid;
}

export interface TokenGrid {
  height: number;
  width: number;
  prefix: number;
}

/** More special tokens than this no published vision transformer puts before its patches. */
const mostPrefixTokens = 5;

/**
 * The grid of patches in a row of tokens: 197 tokens are a class token and 14 × 14 patches. Patches are square, so that
 * over a picture of known size the grid has the picture's form; the fewest prefix tokens that leave such a grid, or else
 * a square count. Null where none does, or for fewer than 2 × 2 patches.
 */
export function tokenGrid(tokens: number, picture?: { height: number; width: number }): TokenGrid | null {
  for (let prefix = 0; picture && prefix <= mostPrefixTokens && tokens - prefix >= 4; prefix++) {
    const side = Math.sqrt((picture.height * picture.width) / (tokens - prefix));
    const [height, width] = [picture.height / side, picture.width / side];
    if (Number.isInteger(side) && Number.isInteger(height) && Number.isInteger(width) && height > 1 && width > 1) {
      return { height, width, prefix };
    }
  }
  for (let prefix = 0; prefix <= mostPrefixTokens && tokens - prefix >= 4; prefix++) {
    const side = Math.round(Math.sqrt(tokens - prefix));
    if (side * side === tokens - prefix) {
      return { height: side, width: side, prefix };
    }
  }
  return null;
}

/**
 * A layer's tensor as samples × units × height × width. Axes other than the batch and the units are places: one is a
 * row (1 × n), two are height × width, of more all but the last are joined into the height. Where the first axis is
 * not the batch (one sample at a time), the whole tensor belongs to that sample.
 *
 * @param tensor of any numeric type; 64-bit integers lose what a float32 can't hold
 * @param first index in the probe set of the batch's first sample
 * @param samples how many of the batch's samples count
 * @param batch how many samples were run; those past `samples` (padding of a fixed batch) are dropped
 */
export function toActivationBatch(
  tensor: Tensor,
  layer: LayerLayout,
  first: number,
  samples: number,
  batch = samples,
): ActivationBatch {
  if (Array.isArray(tensor.data)) {
    throw new Error('text has no activations');
  }
  const { dims, unitAxis } = perSample(tensor.dims, layer.unitAxis, batch);
  const units = unitAxis === null ? 1 : dims[unitAxis];
  const places = dims.filter((_, axis) => axis !== unitAxis);
  const placeCount = places.reduce((product, size) => product * size, 1);
  const grid =
    layer.grid && layer.grid.prefix + layer.grid.height * layer.grid.width === placeCount ? layer.grid : null;
  const skip = grid?.prefix ?? 0;
  const kept = placeCount - skip;
  const [height, width] = grid ? [grid.height, grid.width] : planeOf(places, kept);

  // Strides of the unit axis: everything before it and everything after it are places, in that order.
  const after = unitAxis === null ? 1 : dims.slice(unitAxis + 1).reduce((product, size) => product * size, 1);
  const sampleSize = units * placeCount;
  const source = tensor.data;
  const values = new Float32Array(samples * units * kept);
  if (after === placeCount && skip === 0 && source instanceof Float32Array) {
    values.set(source.subarray(0, values.length));
    return { first, samples, units, height, width, values };
  }
  let to = 0;
  for (let sample = 0; sample < samples; sample++) {
    for (let unit = 0; unit < units; unit++) {
      for (let place = skip; place < placeCount; place++) {
        const before = Math.floor(place / after);
        values[to++] = Number(source[sample * sampleSize + (before * units + unit) * after + (place - before * after)]);
      }
    }
  }
  return { first, samples, units, height, width, values };
}

/**
 * Where a unit's elements lie in a tensor: at `(o × units + unit) × inner + i` for all o < outer, i < inner. The same rule
 * as `toActivationBatch`.
 */
export function unitElements(
  tensorDims: readonly number[],
  axisOfUnits: number | null,
  batch: number,
): { units: number; outer: number; inner: number } {
  const { dims, unitAxis } = perSample(tensorDims, axisOfUnits, batch);
  const size = tensorDims.reduce((product, length) => product * length, 1);
  const units = unitAxis === null ? 1 : dims[unitAxis];
  const inner = unitAxis === null ? 1 : dims.slice(unitAxis + 1).reduce((product, length) => product * length, 1);
  return { units, inner, outer: units * inner === 0 ? 0 : size / (units * inner) };
}

/** The tensor's axes without the batch, and the unit axis among them. */
export function perSample(
  dims: readonly number[],
  unitAxis: number | null,
  batch: number,
): { dims: number[]; unitAxis: number | null } {
  const batched = dims.length > 0 && dims[0] === batch;
  if (!batched && batch !== 1) {
    throw new Error(`the first axis of ${dims.join(' × ')} is not the batch of ${batch}`);
  }
  const rest = batched ? dims.slice(1) : [...dims];
  const axis = unitAxis === null ? null : unitAxis - (batched ? 1 : 0);
  return { dims: rest, unitAxis: rest.length === 0 ? null : clampAxis(axis, rest.length) };
}

/** Where nothing says which axis holds the units: the channels of a map, otherwise the last. */
function clampAxis(axis: number | null, rank: number): number {
  if (axis === null || axis < 0 || axis >= rank) {
    return rank >= 3 ? 0 : rank - 1;
  }
  return axis;
}

function planeOf(places: readonly number[], kept: number): [height: number, width: number] {
  const axes = places.length > 2 ? places.filter((size) => size !== 1) : places;
  if (axes.length < 2) {
    return [1, kept];
  }
  const width = axes[axes.length - 1];
  return [width === 0 ? 0 : kept / width, width];
}
