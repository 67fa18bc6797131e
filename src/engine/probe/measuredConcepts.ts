import { bitsetWords, ByteStore, KeptPlaces, setBit, type Concept, type ConceptSet } from '../concept/index.js';
import { sortedValues } from '../concept/expression/index.js';
import type { SampleArray } from './arrayFile.js';
import { quantileEdges, rangeName } from './quantileEdges.js';

/** Different whole numbers (tokens) that get a concept of their own: the most frequent ones. */
const mostTokens = 200;
const rowsAtOnce = 64;

/**
 * Concepts measured from ready-made inputs that come without any: of a sequence of whole numbers, at which places a
 * number stands; of everything else, quarters of each sample's mean, spread and largest value.
 *
 * @param inner one sample's axes as the model takes them
 */
export async function measuredConcepts(
  array: SampleArray,
  inner: readonly number[],
  samples: number,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<ConceptSet> {
  const tokens = /int/.test(array.type) && inner.length === 1 && inner[0] > 1;
  const collect = tokens ? tokenPlaces(samples, inner[0]) : sampleStatistics(samples);
  for (let first = 0; first < samples; first += rowsAtOnce) {
    signal?.throwIfAborted();
    const count = Math.min(rowsAtOnce, samples - first);
    const values = (await array.rows(first, count)) as ArrayLike<number | bigint>;
    collect.add(first, count, values);
    onProgress?.(first + count, samples);
  }
  return collect.result();
}

interface Collector {
  add(first: number, count: number, values: ArrayLike<number | bigint>): void;
  result(): ConceptSet;
}

/** `token 17`: the places at which 17 stands. */
function tokenPlaces(samples: number, length: number): Collector {
  const all = new Float64Array(samples * length);
  return {
    add(first, _, values) {
      for (let i = 0; i < values.length; i++) all[first * length + i] = Number(values[i]);
    },
    result() {
      const counts = new Map<number, number>();
      for (const token of all) counts.set(token, (counts.get(token) ?? 0) + 1);
      const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, mostTokens);
      const store = new ByteStore();
      const masks = new Map(
        frequent
          .map(([token]) => token)
          .sort((a, b) => a - b)
          .map((token) => [token, new KeptPlaces(store, length)]),
      );
      for (let sample = 0; sample < samples; sample++) {
        const met = new Map<number, Uint32Array>();
        for (let place = 0; place < length; place++) {
          const token = all[sample * length + place];
          if (!masks.has(token)) continue;
          const bits = met.get(token) ?? new Uint32Array(bitsetWords(length));
          setBit(bits, place);
          met.set(token, bits);
        }
        for (const [token, bits] of met) masks.get(token)!.add(sample, bits);
      }
      const concepts = [...masks].map(([token, mask]): Concept => ({
        name: `token ${token}`,
        category: 'token',
        ofSamples: null,
        ofPositions: mask,
      }));
      const notes =
        counts.size > mostTokens
          ? [`The ${mostTokens} most frequent of ${counts.size} different tokens are concepts.`]
          : [];
      return { samples, height: 1, width: length, concepts, notes };
    },
  };
}

/** `mean > 0.3`, `0.1 < spread ≤ 0.2`, ...: quarters of what is measured of each sample as a whole. */
function sampleStatistics(samples: number): Collector {
  const measured = {
    mean: new Float64Array(samples),
    spread: new Float64Array(samples),
    largest: new Float64Array(samples),
    smallest: new Float64Array(samples),
  };
  return {
    add(first, count, values) {
      const size = values.length / count;
      for (let row = 0; row < count; row++) {
        let sum = 0;
        let largest = -Infinity;
        let smallest = Infinity;
        for (let i = row * size; i < (row + 1) * size; i++) {
          const value = Number(values[i]);
          sum += value;
          largest = Math.max(largest, value);
          smallest = Math.min(smallest, value);
        }
        const mean = sum / size;
        let squares = 0;
        for (let i = row * size; i < (row + 1) * size; i++) squares += (Number(values[i]) - mean) ** 2;
        measured.mean[first + row] = mean;
        measured.spread[first + row] = Math.sqrt(squares / size);
        measured.largest[first + row] = largest;
        measured.smallest[first + row] = smallest;
      }
    },
    result() {
      const concepts: Concept[] = [];
      for (const [name, column] of Object.entries(measured)) {
        const sorted = sortedValues(column);
        if (sorted.length === 0 || sorted[0] === sorted[sorted.length - 1]) continue;
        const edges = [-Infinity, ...quantileEdges(sorted, 4), Infinity];
        for (let bin = 0; bin + 1 < edges.length; bin++) {
          const [above, upTo] = [edges[bin], edges[bin + 1]];
          const mask = new Uint32Array(bitsetWords(samples));
          column.forEach((value, row) => {
            if (value > above && value <= upTo) setBit(mask, row);
          });
          const title = rangeName(name, above, upTo);
          if (mask.some((word) => word !== 0))
            concepts.push({ name: title, category: 'measured', ofSamples: mask, ofPositions: null });
        }
      }
      const notes = [
        "No concepts are given: they are quarters of each sample's mean, spread (standard deviation), largest and smallest value.",
      ];
      return { samples, height: 1, width: 1, concepts, notes };
    },
  };
}
