import { bitsetWords, ByteStore, KeptPlaces, setBit, type Concept } from '../../concept/index.js';
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
  ofPositions: KeptPlaces | null;
  ofSamples: Uint32Array;
  /** Samples that it covers wholly. */
  wholes: number[];
}

/**
 * Masks of concepts, taken up one annotation after the other, in any order. A concept holds of a picture as a whole where it is
 * annotated anywhere in it.
 */
export class MaskCollection {
  readonly #samples: number;
  readonly #width: number;
  readonly #height: number;
  readonly #concepts = new Map<MaskConcept, Kept>();
  /** Where each category of concepts was looked for, where the source says so. */
  readonly #domains = new Map<string, Uint32Array>();
  readonly #store = new ByteStore();
  /** Bits of one sample's places, all 0 between two annotations. */
  readonly #spare: Uint32Array[] = [];

  constructor(samples: number, { width, height }: { width: number; height: number }) {
    this.#samples = samples;
    this.#width = width;
    this.#height = height;
  }

  /** Marks the places of one sample whose pixel is not 0. */
  addMask(concept: MaskConcept, sample: number, mask: Pixels, placement: Placement): void {
    const kept = this.#kept(concept);
    const bits = this.#bits();
    let any = false;
    this.#eachPlace(mask, placement, (place, value) => {
      if (!value) return;
      setBit(bits, place);
      any = true;
    });
    if (any) this.#keep(kept, sample, bits);
    else this.#spare.push(bits);
  }

  /** Marks each place of one sample as the concepts that its pixel's value stands for. */
  addLabels(sample: number, map: Pixels, placement: Placement, conceptOf: (value: number) => MaskConcept | null): void {
    const known = new Map<number, { kept: Kept; bits: Uint32Array } | null>();
    this.#eachPlace(map, placement, (place, value) => {
      let found = known.get(value);
      if (found === undefined) {
        const concept = conceptOf(value);
        known.set(value, (found = concept && { kept: this.#kept(concept), bits: this.#bits() }));
      }
      if (found) setBit(found.bits, place);
    });
    for (const found of known.values()) {
      if (found) this.#keep(found.kept, sample, found.bits);
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
    const concepts = [...this.#concepts.values()].map(({ name, category, ofPositions, ofSamples, wholes }): Concept => {
      if (ofPositions) for (const sample of wholes) ofPositions.addWhole(sample);
      return { name, category, ofSamples, ofPositions };
    });
    return { concepts, domains: this.#domains };
  }

  #eachPlace(
    { pixels, alongX, alongY }: Pixels,
    { columns, rows }: Placement,
    visit: (place: number, value: number) => void,
  ): void {
    for (let y = 0; y < this.#height; y++) {
      if (rows[y] < 0) continue;
      const row = rows[y] * alongY;
      for (let x = 0; x < this.#width; x++) {
        if (columns[x] >= 0) visit(y * this.#width + x, pixels[row + columns[x] * alongX]);
      }
    }
  }

  #bits(): Uint32Array {
    return this.#spare.pop() ?? new Uint32Array(bitsetWords(this.#width * this.#height));
  }

  #keep(kept: Kept, sample: number, bits: Uint32Array): void {
    setBit(kept.ofSamples, sample);
    kept.ofPositions ??= new KeptPlaces(this.#store, this.#width * this.#height);
    kept.ofPositions.add(sample, bits);
    this.#spare.push(bits.fill(0));
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
