import { bitsetWords, setBit, type ConceptSet, type PlaceMask } from '../../src/engine/concept/index.js';

/** A concept set and the positions at which units fire, one bit a position as the concepts'. */
export interface Generated {
  set: ConceptSet;
  /** The concepts', one bit a position. */
  masks: Uint32Array[];
  positions: number;
  units: Uint32Array[];
}

export interface PictureSizes {
  samples: number;
  side: number;
  concepts: number;
  units: number;
}

/**
 * Pictures: concepts are rectangles, each in a tenth of the pictures, that overlap; a unit answers to (a OR b) AND NOT c with
 * noise, and fires at its top 0.5 %.
 */
export function generatedPictures({ samples, side, concepts, units }: PictureSizes): Generated {
  const random = randomNumbers(1);
  const within = (low: number, high: number) => low + Math.floor(random() * (high - low));
  const places = side * side;
  const positions = samples * places;
  const masks = Array.from({ length: concepts }, () => {
    const bits = new Uint32Array(bitsetWords(positions));
    for (let sample = 0; sample < samples; sample++) {
      if (random() >= 0.1) continue;
      const [top, left] = [within(0, (side * 3) / 4), within(0, (side * 3) / 4)];
      const bottom = Math.min(side, top + within(side / 8, side / 2));
      const right = Math.min(side, left + within(side / 8, side / 2));
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) setBit(bits, sample * places + y * side + x);
    }
    return bits;
  });
  const set: ConceptSet = {
    samples,
    height: side,
    width: side,
    notes: [],
    concepts: masks.map((bits, i) => ({ ...concept(i), ofSamples: null, ofPositions: placesOfBits(bits, places) })),
  };
  const firing = Array.from({ length: units }, () => {
    const [a, b, c] = [masks[within(0, concepts)], masks[within(0, concepts)], masks[within(0, concepts)]];
    const values = new Float32Array(positions);
    for (let i = 0; i < positions; i++) {
      const planted = (((a[i >>> 5] | b[i >>> 5]) & ~c[i >>> 5]) >>> (i & 31)) & 1;
      values[i] = 2 * planted + normal(random);
    }
    const threshold = values.slice().sort()[Math.floor(positions * 0.995)];
    return bitsOf(positions, (i) => values[i] > threshold);
  });
  return { set, masks, positions, units: firing };
}

export interface StateSizes {
  samples: number;
  /** Each is cut into five parts of equal size, which are the concepts. */
  columns: number;
  units: number;
}

/** States: normal columns in five parts each; a unit fires where a random sum of the columns, with noise, exceeds its own threshold. */
export function generatedStates({ samples, columns, units }: StateSizes): Generated {
  const random = randomNumbers(2);
  const values = Array.from({ length: columns }, () => Float64Array.from({ length: samples }, () => normal(random)));
  const masks = values.flatMap((column) => {
    const sorted = column.slice().sort();
    const cuts = [-Infinity, ...[1, 2, 3, 4].map((i) => sorted[Math.floor((i * samples) / 5)]), Infinity];
    return cuts.slice(1).map((high, i) => bitsOf(samples, (s) => column[s] >= cuts[i] && column[s] < high));
  });
  const set: ConceptSet = {
    samples,
    height: 1,
    width: 1,
    notes: [],
    concepts: masks.map((bits, i) => ({ ...concept(i), ofSamples: bits, ofPositions: null })),
  };
  const firing = Array.from({ length: units }, () => {
    const weights = values.map(() => normal(random));
    const threshold = 1.2 * normal(random);
    return bitsOf(samples, (s) => {
      const sum = values.reduce((sum, column, i) => sum + weights[i] * column[s], 0);
      return Math.tanh(sum - threshold) + 0.3 * normal(random) > 0;
    });
  });
  return { set, masks, positions: samples, units: firing };
}

const concept = (i: number) => ({ name: `c${i}`, category: 'generated' });

/** @param places of each sample, a multiple of 32 */
const placesOfBits = (all: Uint32Array, places: number): PlaceMask => ({
  bytes: all.byteLength,
  mark(sample, bits) {
    const start = (sample * places) / 32;
    let any = 0;
    for (let w = 0; w < places / 32; w++) {
      bits[w] |= all[start + w];
      any |= all[start + w];
    }
    return any !== 0;
  },
});

function bitsOf(length: number, holds: (i: number) => boolean): Uint32Array {
  const bits = new Uint32Array(bitsetWords(length));
  for (let i = 0; i < length; i++) if (holds(i)) setBit(bits, i);
  return bits;
}

/** Uniform in [0, 1), the same for the same seed (SplitMix with 32-bit state). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller 1958. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
