import type { Groups } from '../concept/groups.js';
import type { Reducer } from '../runtime/tensor.js';
import { watchFiring, type FiringSink } from './firingPlaces.js';
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

export interface CountingOptions {
  groups: Groups;
  units: readonly number[];
  seed: number;
  /** Shuffles for the chance floor; default 1. A probe set of one sample can't be shuffled and gets none. */
  shuffles?: number;
}

export interface FiringOptions extends Omit<CountingOptions, 'units'> {
  /** Height and width of the layer's maps for one sample. */
  layer: { height: number; width: number };
  /** Of the units wanted, from the pass before. */
  statistics: readonly UnitStatistics[];
}

/** Counts, per unit, the firing positions in each group, from activations (see `watchFiring`). */
export function firingCounts({ layer, statistics, ...options }: FiringOptions): Reducer<FiringCounts> {
  const counting = countFiring({ ...options, units: statistics.map(({ unit }) => unit) });
  return { ...watchFiring(options.groups.grid, layer, statistics, counting), result: () => counting.result() };
}

/**
 * Counts, per unit, the firing positions in each group.
 *
 * The shuffles permute whole samples, the same way for all units, so that a unit keeps its shape within a sample and its
 * fire rate, and only loses what it has to do with the concepts.
 */
export function countFiring({ groups, units, seed, shuffles = 1 }: CountingOptions): FiringSink & {
  result(): FiringCounts;
} {
  const { grid, of } = groups;
  const rounds = grid.samples > 1 ? shuffles : 0;
  const orders = Array.from({ length: rounds }, (_, round) => sampleShuffle(grid.samples, seed, round));
  const counters = units.map(() => Array.from({ length: rounds + 1 }, () => new GroupCounter(groups.count)));
  const fires = new Float64Array(units.length);
  /** The groups that each round is held against, read when the first unit fires in a sample. */
  const against = Array.from(
    { length: rounds + 1 },
    () => new Uint32Array(grid.kind === 'places' ? grid.height * grid.width : 1),
  );
  let read = -1;

  return {
    fired(sample, slot, places, count) {
      fires[slot] += count;
      if (sample !== read) {
        against.forEach((into, round) => of.read(round === 0 ? sample : orders[round - 1][sample], into));
        read = sample;
      }
      for (let round = 0; round <= rounds; round++) {
        const row = against[round];
        const counter = counters[slot][round];
        if (grid.kind === 'samples') counter.add(row[0], count);
        else for (let j = 0; j < count; j++) counter.add(row[places[j]], 1);
      }
    },
    result: () => ({
      units: [...units],
      positions: groups.positions,
      fires,
      counts: counters.map(([own]) => own.result()),
      shuffled: orders.map((_, round) => counters.map((counter) => counter[round + 1].result())),
    }),
  };
}
