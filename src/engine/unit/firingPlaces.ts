import type { PositionGrid } from '../concept/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import { interpolateRow, linearAxis } from './bilinear.js';
import type { UnitStatistics } from './statistics.js';

/** Is told where units fire: samples in the order of the batches, and in a sample unit by unit. */
export interface FiringSink {
  /**
   * @param slot   of the unit, among those that are looked at
   * @param places of the grid, row-major and ascending, or on a grid of samples of the layer; only the first `count` are meant
   */
  fired(sample: number, slot: number, places: Int32Array, count: number): void;
}

/**
 * Tells where units fire. On a grid of places the maps are resized bilinearly in float64 to the masks' size (see `linearAxis`) and
 * then held against the threshold; on a grid of samples the layer's own positions count. NaN and infinite activations, and
 * what is interpolated from them, don't fire.
 */
export function watchFiring(
  grid: PositionGrid,
  layer: { height: number; width: number },
  statistics: readonly UnitStatistics[],
  sink: FiringSink,
): { add(batch: ActivationBatch): void } {
  const fired = new Int32Array(grid.height * grid.width);
  const find = firingPlaces(layer, grid);
  return {
    add(batch) {
      const size = batch.height * batch.width;
      if (batch.height !== layer.height || batch.width !== layer.width) {
        throw new Error(
          `a batch of ${batch.height} × ${batch.width} maps in a layer of ${layer.height} × ${layer.width}`,
        );
      }
      if (batch.first + batch.samples > grid.samples) {
        throw new Error(`sample ${batch.first + batch.samples - 1} has no concepts: there are ${grid.samples} samples`);
      }
      for (let i = 0; i < batch.samples; i++) {
        for (let slot = 0; slot < statistics.length; slot++) {
          const { unit, threshold } = statistics[slot];
          if (threshold === null) continue;
          const count = find(batch.values, (i * batch.units + unit) * size, threshold, fired);
          if (count > 0) sink.fired(batch.first + i, slot, fired, count);
        }
      }
    },
  };
}

/** Writes the places of the grid at which one sample's map lies above the threshold, and returns how many. */
type FindPlaces = (values: Float32Array, start: number, threshold: number, fired: Int32Array) => number;

function firingPlaces(layer: { height: number; width: number }, grid: { height: number; width: number }): FindPlaces {
  const size = layer.height * layer.width;
  if (layer.height === grid.height && layer.width === grid.width) {
    return (values, start, threshold, fired) => {
      let count = 0;
      for (let i = 0; i < size; i++) {
        const value = values[start + i];
        if (value > threshold && value !== Infinity) fired[count++] = i;
      }
      return count;
    };
  }
  const rows = linearAxis(layer.height, grid.height);
  const { low, high, weight } = linearAxis(layer.width, grid.width);
  const row = new Float64Array(layer.width);
  return (values, start, threshold, fired) => {
    // Interpolation can't exceed the map's maximum: most maps of a unit that fires seldom end here.
    let above = false;
    for (let i = start; i < start + size && !above; i++) above = values[i] > threshold;
    if (!above) return 0;
    let count = 0;
    for (let y = 0; y < grid.height; y++) {
      if (!(interpolateRow(values, start, layer.width, rows, y, row) > threshold)) continue;
      for (let x = 0; x < grid.width; x++) {
        const a = row[low[x]];
        if (a + (row[high[x]] - a) * weight[x] > threshold) fired[count++] = y * grid.width + x;
      }
    }
    return count;
  };
}
