import { bitsetWords, setBit, type Concept, type ConceptSet } from '../../../src/engine/concept/conceptSet.js';
import type { Groups } from '../../../src/engine/concept/groups.js';
import { groupPositions } from '../../../src/engine/concept/groups.js';
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

export const ofPlaces = (name: string, mask: readonly boolean[]): Concept => ({
  name,
  category: 'label',
  ofSamples: null,
  ofPositions: bits(mask),
});

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
  fires.forEach((fire, i) => fire && counts.set(groups.of[i], (counts.get(groups.of[i]) ?? 0) + 1));
  const order = [...counts].sort(([a], [b]) => a - b);
  return { groups: Uint32Array.from(order, ([g]) => g), counts: Float64Array.from(order, ([, n]) => n) };
}

/** Masks and a unit as the search takes them. */
export function problem(masks: readonly (readonly boolean[])[], fires: readonly boolean[]) {
  const groups = groupPositions(sampleConcepts(masks), placeless);
  return { groups, unit: countsOf(groups, fires) };
}

export const fromText = (text: string): boolean[] => [...text].map((character) => character === '1');
