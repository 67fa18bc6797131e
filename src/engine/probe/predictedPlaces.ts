import { bitsetWords, ByteStore, KeptPlaces, setBit, type Concept } from '../concept/index.js';
import type { ActivationBatch } from '../runtime/tensor.js';

/** How the numbers of a place become its class. */
export type PlaceRule =
  /** Scores, one a class: the highest; the first of equals, NaN never. */
  | { kind: 'scores' }
  /** One probability, above 0.5 of class 1. */
  | { kind: 'probability' }
  /** The class's number itself. `byColumn`: a map without an axis of classes, whose columns were taken for units. */
  | { kind: 'number'; byColumn: boolean };

interface Kept {
  places: KeptPlaces;
  samples: Uint32Array;
  count: number;
}

/** Classes that become concepts: those that cover most places. */
const mostClasses = 200;

/**
 * Where a model predicts which class, of every sample at height × width places. Each place has the class of the output's pixel in
 * which its centre lies (nearest neighbour, half-pixel centres, as bilinear resizing has them here).
 */
export class PredictedPlaces {
  readonly #store = new ByteStore();
  readonly #classes = new Map<number, Kept>();
  readonly #samples: number;
  readonly #height: number;
  readonly #width: number;
  /** Classes that the model knows: scores a place; of class numbers, one more than the highest that was seen. */
  classes = 0;
  /** Whether it may know more. */
  isOpen = false;

  constructor(samples: number, { height, width }: { height: number; width: number }) {
    this.#samples = samples;
    this.#height = height;
    this.#width = width;
  }

  add({ first, samples, units, height, width, values }: ActivationBatch, rule: PlaceRule): void {
    const [rows, columns] = rule.kind === 'number' && rule.byColumn ? [width, units] : [height, width];
    this.classes = Math.max(this.classes, rule.kind === 'scores' ? units : rule.kind === 'probability' ? 2 : 0);
    this.isOpen ||= rule.kind === 'number';
    const size = units * height * width;
    for (let i = 0; i < samples; i++) {
      const own = values.subarray(i * size, (i + 1) * size);
      const found = new Map<number, Uint32Array>();
      for (let place = 0; place < this.#height * this.#width; place++) {
        const y = nearest(Math.floor(place / this.#width), this.#height, rows);
        const x = nearest(place % this.#width, this.#width, columns);
        const index = classAt(own, rule, units, y, x, rows, columns);
        if (index === null) continue;
        let bits = found.get(index);
        if (!bits) found.set(index, (bits = new Uint32Array(bitsetWords(this.#height * this.#width))));
        setBit(bits, place);
      }
      for (const [index, bits] of found) this.#keep(index, first + i, bits);
    }
  }

  /** A concept for each class that is predicted at some places and not at all. */
  concepts(names: readonly string[] | null): { concepts: Concept[]; notes: string[] } {
    const all = this.#samples * this.#height * this.#width;
    const found = [...this.#classes].sort(([a, x], [b, y]) => y.count - x.count || a - b);
    const notes: string[] = [];
    if (found.length > mostClasses) {
      notes.push(`The ${mostClasses} of ${found.length} classes that are predicted at most places are concepts.`);
    }
    if (found.length === 1) notes.push('The model predicts the same class everywhere, so no concept is made of it.');
    const concepts = found
      .slice(0, mostClasses)
      .filter(([, { count }]) => count < all)
      .sort(([a], [b]) => a - b)
      .map(([index, { places, samples }]) => ({
        name: `predicts ${names?.[index] ?? `class ${index}`}`,
        category: 'output',
        ofSamples: samples,
        ofPositions: places,
      }));
    return { concepts, notes };
  }

  #keep(index: number, sample: number, bits: Uint32Array): void {
    let kept = this.#classes.get(index);
    if (!kept) {
      const places = new KeptPlaces(this.#store, this.#height * this.#width);
      kept = { places, samples: new Uint32Array(bitsetWords(this.#samples)), count: 0 };
      this.#classes.set(index, kept);
    }
    kept.places.add(sample, bits);
    setBit(kept.samples, sample);
    for (let word of bits) for (; word !== 0; word &= word - 1) kept.count++;
    this.classes = Math.max(this.classes, index + 1);
  }
}

/** The pixel of `of` in which the centre of a place lies. */
const nearest = (place: number, places: number, of: number): number => Math.floor(((place + 0.5) * of) / places);

/** Null where there is no number. */
function classAt(
  values: Float32Array,
  rule: PlaceRule,
  units: number,
  y: number,
  x: number,
  rows: number,
  columns: number,
): number | null {
  if (rule.kind === 'number') {
    const value = values[rule.byColumn ? x * rows + y : y * columns + x];
    return Number.isInteger(value) && value >= 0 ? value : null;
  }
  const at = y * columns + x;
  if (rule.kind === 'probability') return Number.isNaN(values[at]) ? null : values[at] > 0.5 ? 1 : 0;
  let best = -1;
  for (let unit = 0; unit < units; unit++) {
    const value = values[unit * rows * columns + at];
    if (!Number.isNaN(value) && (best < 0 || value > values[best * rows * columns + at])) best = unit;
  }
  return best < 0 ? null : best;
}
