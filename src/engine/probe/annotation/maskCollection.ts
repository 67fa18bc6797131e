import { bitsetWords, setBit, type Concept } from '../../concept/conceptSet.js';
import type { Placement } from './placement.js';

/** A concept while its masks are read. */
export interface MaskConcept {
  name: string;
  category: string;
}

/** Pixels of an annotation: the one at column x and row y is `pixels[x * alongX + y * alongY]`. */
export interface Pixels {
  pixels: ArrayLike<number>;
  alongX: number;
  alongY: number;
}

interface Kept extends MaskConcept {
  ofPositions: Uint32Array | null;
  ofSamples: Uint32Array;
  /** Samples that it covers wholly. */
  wholes: number[];
}

/**
 * Masks of concepts, drawn one annotation after the other onto bits over all positions. A concept holds of a picture as a
 * whole where it is annotated anywhere in it.
 */
export class MaskCollection {
  readonly #samples: number;
  readonly #width: number;
  readonly #height: number;
  readonly #concepts = new Map<MaskConcept, Kept>();
  /** Where each category of concepts was looked for, where the source says so. */
  readonly #domains = new Map<string, Uint32Array>();

  constructor(samples: number, { width, height }: { width: number; height: number }) {
    this.#samples = samples;
    this.#width = width;
    this.#height = height;
  }

  /** Marks the places of one sample whose pixel is not 0. */
  addMask(
    concept: MaskConcept,
    sample: number,
    { pixels, alongX, alongY }: Pixels,
    { columns, rows }: Placement,
  ): void {
    const kept = this.#kept(concept);
    let any = false;
    for (let y = 0; y < this.#height; y++) {
      if (rows[y] < 0) continue;
      const first = (sample * this.#height + y) * this.#width;
      const row = rows[y] * alongY;
      for (let x = 0; x < this.#width; x++) {
        if (columns[x] < 0 || !pixels[row + columns[x] * alongX]) continue;
        setBit((kept.ofPositions ??= this.#positions()), first + x);
        any = true;
      }
    }
    if (any) setBit(kept.ofSamples, sample);
  }

  /** Marks each place of one sample as the concepts that its pixel's value stands for. */
  addLabels(
    sample: number,
    { pixels, alongX, alongY }: Pixels,
    { columns, rows }: Placement,
    conceptOf: (value: number) => MaskConcept | null,
  ): void {
    const known = new Map<number, Kept | null>();
    for (let y = 0; y < this.#height; y++) {
      if (rows[y] < 0) continue;
      const first = (sample * this.#height + y) * this.#width;
      const row = rows[y] * alongY;
      for (let x = 0; x < this.#width; x++) {
        if (columns[x] < 0) continue;
        const value = pixels[row + columns[x] * alongX];
        let kept = known.get(value);
        if (kept === undefined) {
          const concept = conceptOf(value);
          kept = concept && this.#kept(concept);
          known.set(value, kept);
          if (kept) setBit(kept.ofSamples, sample);
        }
        if (kept) setBit((kept.ofPositions ??= this.#positions()), first + x);
      }
    }
  }

  /** The concept holds of the whole picture. */
  addWhole(concept: MaskConcept, sample: number): void {
    const kept = this.#kept(concept);
    setBit(kept.ofSamples, sample);
    kept.wholes.push(sample);
  }

  /** Says that the concepts of this category were looked for in this picture. */
  addToDomain(category: string, sample: number): void {
    let domain = this.#domains.get(category);
    if (!domain) this.#domains.set(category, (domain = new Uint32Array(bitsetWords(this.#samples))));
    setBit(domain, sample);
  }

  result(): { concepts: Concept[]; domains: Map<string, Uint32Array> } {
    const places = this.#width * this.#height;
    const concepts = [...this.#concepts.values()].map(({ name, category, ofPositions, ofSamples, wholes }): Concept => {
      for (const sample of ofPositions ? wholes : []) {
        for (let place = sample * places; place < (sample + 1) * places; place++) setBit(ofPositions!, place);
      }
      return { name, category, ofSamples, ofPositions };
    });
    return { concepts, domains: this.#domains };
  }

  #positions(): Uint32Array {
    return new Uint32Array(bitsetWords(this.#samples * this.#width * this.#height));
  }

  #kept(concept: MaskConcept): Kept {
    let kept = this.#concepts.get(concept);
    if (!kept) {
      kept = { ...concept, ofPositions: null, ofSamples: new Uint32Array(bitsetWords(this.#samples)), wholes: [] };
      this.#concepts.set(concept, kept);
    }
    return kept;
  }
}
