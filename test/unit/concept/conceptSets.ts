import { bitsetWords, hasBit, setBit, type Concept, type ConceptSet } from '../../../src/engine/concept/conceptSet.js';
import type { Groups } from '../../../src/engine/concept/groups.js';
import { groupPositions } from '../../../src/engine/concept/groups.js';
import { placesOf, placesWhere, type PlaceMask } from '../../../src/engine/concept/placeMask.js';
import type { GroupCounts } from '../../../src/engine/unit/groupCounter.js';

export const bits = (mask: readonly boolean[]): Uint32Array => {
  const set = new Uint32Array(bitsetWords(mask.length));
  mask.forEach((holds, i) => holds && setBit(set, i));
  return set;
};

export const ofSamples = (name: string, mask: readonly boolean[]): Concept => ({
  name,
  category: 'label',
  ofSamples: bits(mask),
  ofPositions: null,
});

/** @param mask sample by sample @param places of each sample */
export const ofPlaces = (name: string, mask: readonly boolean[], places: number): Concept => ({
  name,
  category: 'label',
  ofSamples: null,
  ofPositions: placesWhere(places, (sample, place) => mask[sample * places + place]),
});

/** Where a mask of places holds, sample by sample. */
export const shownPlaces = (mask: PlaceMask, samples: number, places: number): boolean[] =>
  Array.from({ length: samples }, (_, sample) => {
    const own = placesOf(mask, sample, places);
    return Array.from({ length: places }, (_, place) => hasBit(own, place));
  }).flat();

/** The group of every position, or of every sample on a grid of samples. */
export function groupsOf({ grid, of }: Pick<Groups, 'grid' | 'of'>): number[] {
  const into = new Uint32Array(grid.kind === 'places' ? grid.height * grid.width : 1);
  return Array.from({ length: grid.samples }, (_, sample) => {
    of.read(sample, into);
    return [...into];
  }).flat();
}

/** Concepts a, b, c, … that hold of whole samples. */
export const sampleConcepts = (masks: readonly (readonly boolean[])[]): ConceptSet => ({
  samples: masks[0].length,
  height: 1,
  width: 1,
  concepts: masks.map((mask, i) => ofSamples(String.fromCharCode(97 + i), mask)),
  notes: [],
});

export const placeless = { height: 1, width: 1 };

/** A unit that fires at these samples, counted by groups, one position after the other. */
export function countsOf(groups: Groups, fires: readonly boolean[]): GroupCounts {
  const counts = new Map<number, number>();
  const of = groupsOf(groups);
  fires.forEach((fire, i) => fire && counts.set(of[i], (counts.get(of[i]) ?? 0) + 1));
  const order = [...counts].sort(([a], [b]) => a - b);
  return { groups: Uint32Array.from(order, ([g]) => g), counts: Float64Array.from(order, ([, n]) => n) };
}

/** Masks and a unit as the search takes them. */
export function problem(masks: readonly (readonly boolean[])[], fires: readonly boolean[]) {
  const groups = groupPositions(sampleConcepts(masks), placeless);
  return { groups, unit: countsOf(groups, fires) };
}

export const fromText = (text: string): boolean[] => [...text].map((character) => character === '1');
