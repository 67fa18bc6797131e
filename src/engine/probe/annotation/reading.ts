import type { Preparation } from '../image/preprocess.js';
import { pictureIndex } from '../image/pictureNames.js';
import type { MaskCollection } from './maskCollection.js';
import { type MaskConcept, type Pixels } from './maskCollection.js';
import { placementOf, type Placement } from './placement.js';
import { AnnotationError } from './runLength.js';

/** A picture of the probe set, as annotations find it. */
export interface AnnotatedPicture {
  name: string;
  /** As it is shown, in pixels. */
  width: number;
  height: number;
}

/** Lengths that are equal but for rounding: a copy of half the size may have one pixel more or less. */
const sameProportions = 0.02;
/** Sentences about what is left out; the rest is counted. */
const mostReasons = 4;

/** Takes up what one source of annotations says of the pictures, and counts what it can't use. */
export class Reading {
  readonly samples: number;
  readonly #find: (name: string) => number | null;
  readonly #placements = new Map<string, Placement>();
  readonly #skipped = new Map<string, { count: number; first: string }>();
  readonly #annotated = new Set<number>();
  readonly #used = new Set<MaskConcept>();
  readonly #notes: string[] = [];
  #masks = 0;

  constructor(
    readonly pictures: readonly AnnotatedPicture[],
    readonly masks: MaskCollection,
    private readonly preparation: Preparation,
    private readonly size: { width: number; height: number },
    readonly signal: AbortSignal | undefined,
    /** Of this source. */
    readonly onProgress: (done: number, total: number) => void,
  ) {
    this.samples = pictures.length;
    this.#find = pictureIndex(pictures.map(({ name }) => name));
  }

  /** The sample of that name, or null. */
  find(name: string): number | null {
    return this.#find(name);
  }

  /** One mask of a concept. @param size of the annotation @throws AnnotationError where it is not that of the picture */
  addMask(concept: MaskConcept, sample: number, mask: Pixels, size: { width: number; height: number }): void {
    this.masks.addMask(concept, sample, mask, this.#place(sample, size));
    this.#count(concept, sample);
  }

  /** A map of values over a picture. @throws AnnotationError as above */
  addLabels(
    sample: number,
    map: Pixels,
    size: { width: number; height: number },
    conceptOf: (value: number) => MaskConcept | null,
  ): void {
    const found = new Set<MaskConcept>();
    this.masks.addLabels(sample, map, this.#place(sample, size), (value) => {
      const concept = conceptOf(value);
      if (concept) found.add(concept);
      return concept;
    });
    for (const concept of found) this.#count(concept, sample);
    this.#annotated.add(sample);
  }

  addWhole(concept: MaskConcept, sample: number): void {
    this.masks.addWhole(concept, sample);
    this.#count(concept, sample);
  }

  /** Says that the picture was looked at, whatever was found in it. */
  addPicture(sample: number): void {
    this.#annotated.add(sample);
  }

  /** Does `use`; where that finds an annotation it can't use, counts it as skipped. */
  async trying(what: string, use: () => void | Promise<void>): Promise<void> {
    try {
      await use();
    } catch (error) {
      if (!(error instanceof AnnotationError)) throw error;
      this.skip(what, error.message);
    }
  }

  /** @param what `annotation 17` @param why `it names no category` */
  skip(what: string, why: string): void {
    const before = this.#skipped.get(why);
    if (before) before.count++;
    else this.#skipped.set(why, { count: 1, first: what });
  }

  /** A sentence about how something was understood. */
  note(sentence: string): void {
    this.#notes.push(sentence);
  }

  /** `instances.json: 57 pictures, 12 concepts, 133 masks.` */
  summary(name: string): string {
    return `${name}: ${counted(this.#annotated.size, 'picture')}, ${counted(this.#used.size, 'concept')}, ${counted(this.#masks, 'mask')}.`;
  }

  /** What was left out, one sentence each. */
  notes(name: string): string[] {
    const reasons = [...this.#skipped].sort(([, a], [, b]) => b.count - a.count);
    const notes = reasons
      .slice(0, mostReasons)
      .map(
        ([why, { count, first }]) =>
          `${name}: ${count === 1 ? `${first} was` : `${count.toLocaleString('en')} annotations (the first: ${first}) were`} left out: ${why}.`,
      );
    const others = reasons.slice(mostReasons).reduce((sum, [, { count }]) => sum + count, 0);
    if (others > 0) notes.push(`${name}: ${counted(others, 'other annotation')} could not be used either.`);
    const without = this.samples - this.#annotated.size;
    if (without > 0) {
      notes.push(
        `${name}: ${without.toLocaleString('en')} of the ${counted(this.samples, 'picture')} ${without === 1 ? 'is' : 'are'} not annotated; none of its concepts holds of ${without === 1 ? 'it' : 'them'}.`,
      );
    }
    return [...this.#notes, ...notes];
  }

  #count(concept: MaskConcept, sample: number): void {
    this.#masks++;
    this.#used.add(concept);
    this.#annotated.add(sample);
  }

  #place(sample: number, { width, height }: { width: number; height: number }): Placement {
    const picture = this.pictures[sample];
    const ratio = (width * picture.height) / (height * picture.width);
    if (!(Math.abs(ratio - 1) <= sameProportions)) {
      throw new AnnotationError(
        `it is of ${width} × ${height} pixels, and its picture of ${picture.width} × ${picture.height}`,
      );
    }
    const key = [picture.width, picture.height, width, height].join();
    let placement = this.#placements.get(key);
    if (!placement) {
      placement = placementOf(picture, { width, height }, this.preparation, this.size);
      this.#placements.set(key, placement);
    }
    return placement;
  }
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
