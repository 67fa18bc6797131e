import type { Groups } from '../concept/groups.js';
import type { ActivationBatch, Reducer } from '../runtime/tensor.js';
import { interpolateRow, linearAxis } from './bilinear.js';
import { GroupCounter, type GroupCounts } from './groupCounter.js';
import { sampleShuffle } from './sampleShuffle.js';
import type { UnitStatistics } from './statistics.js';

/** Where the units fire, told by groups of positions. All lists stand in the order of the units asked for. */
export interface FiringCounts {
  units: number[];
  /** Positions of the grid. */
  positions: number;
  /** At how many of them each unit fires. */
  fires: Float64Array;
  /** Per unit. */
  counts: GroupCounts[];
  /** Per shuffle, then per unit: the same firing maps held against the concepts of other samples. */
  shuffled: GroupCounts[][];
}

export interface FiringOptions {
  groups: Groups;
  /** Height and width of the layer's maps for one sample. */
  layer: { height: number; width: number };
  /** Of the units wanted, from the pass before. */
  statistics: readonly UnitStatistics[];
  seed: number;
  /** Shuffles for the chance floor; default 1. A probe set of one sample can't be shuffled and gets none. */
  shuffles?: number;
}

/**
 * Counts, per unit, the firing positions in each group. On a grid of places the maps are resized bilinearly in float64 to
 * the masks' size (see `linearAxis`) and then held against the threshold; on a grid of samples the layer's own positions
 * count. NaN and infinite activations, and what is interpolated from them, don't fire.
 *
 * The shuffles permute whole samples, the same way for all units, so that a unit keeps its shape within a sample and its
 * fire rate, and only loses what it has to do with the concepts.
 */
export function firingCounts(options: FiringOptions): Reducer<FiringCounts> {
  const { groups, layer, statistics, seed } = options;
  const { grid, of } = groups;
  const rounds = grid.samples > 1 ? (options.shuffles ?? 1) : 0;
  const orders = Array.from({ length: rounds }, (_, round) => sampleShuffle(grid.samples, seed, round));
  const counters = statistics.map(() => Array.from({ length: rounds + 1 }, () => new GroupCounter(groups.count)));
  const fires = new Float64Array(statistics.length);
  const places = grid.height * grid.width;
  const fired = new Int32Array(places);
  /** The groups that each round is held against, read when the first unit fires in a sample. */
  const against = Array.from({ length: rounds + 1 }, () => new Uint32Array(grid.kind === 'places' ? places : 1));
  const find = firingPlaces(layer, grid);

  return {
    add(batch: ActivationBatch): void {
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
        const sample = batch.first + i;
        let isRead = false;
        for (let slot = 0; slot < statistics.length; slot++) {
          const { unit, threshold } = statistics[slot];
          if (threshold === null) continue;
          const count = find(batch.values, (i * batch.units + unit) * size, threshold, fired);
          if (count === 0) continue;
          fires[slot] += count;
          if (!isRead)
            against.forEach((into, round) => of.read(round === 0 ? sample : orders[round - 1][sample], into));
          isRead = true;
          for (let round = 0; round <= rounds; round++) {
            const row = against[round];
            const counter = counters[slot][round];
            if (grid.kind === 'samples') counter.add(row[0], count);
            else for (let j = 0; j < count; j++) counter.add(row[fired[j]], 1);
          }
        }
      }
    },
    result: () => ({
      units: statistics.map(({ unit }) => unit),
      positions: groups.positions,
      fires,
      counts: counters.map(([own]) => own.result()),
      shuffled: orders.map((_, round) => counters.map((counter) => counter[round + 1].result())),
    }),
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
