import { type Concept, type ConceptSet, hasBit, placesOf } from '../concept/index.js';
import type { Box } from './localisation.js';

/** Where the objects of each class are, as far as the probe set's concepts say. */
export interface ClassMasks {
  /** Classes that a concept of places is named after. */
  classes: readonly number[];
  /** Whether the class is in the sample. */
  has(sample: number, index: number): boolean;
  /** height × width of the model's input, nearest neighbour; 1 inside. */
  mask(sample: number, index: number, height: number, width: number): Uint8Array;
}

/** Null where no concept of places is named after a class. */
export function classMasks(concepts: ConceptSet, names: readonly string[] | null): ClassMasks | null {
  const byName = new Map(concepts.concepts.filter(({ ofPositions }) => ofPositions).map((c) => [plain(c.name), c]));
  const found = new Map<number, Concept>();
  names?.forEach((name, index) => {
    const concept = name
      .split(',')
      .map((part) => byName.get(plain(part)))
      .find((candidate) => candidate !== undefined);
    if (concept) found.set(index, concept);
  });
  if (found.size === 0) return null;
  const places = concepts.height * concepts.width;
  const maskOf = (sample: number, index: number): Uint32Array =>
    placesOf(found.get(index)!.ofPositions!, sample, places);
  return {
    classes: [...found.keys()],
    has: (sample, index) => found.has(index) && maskOf(sample, index).some((word) => word !== 0),
    mask(sample, index, height, width) {
      const mask = maskOf(sample, index);
      return Uint8Array.from({ length: height * width }, (_, i) => {
        const y = Math.floor(((Math.floor(i / width) + 0.5) * concepts.height) / height);
        const x = Math.floor((((i % width) + 0.5) * concepts.width) / width);
        return Number(hasBit(mask, y * concepts.width + x));
      });
    },
  };
}

/** The box around a mask, both ends included; null where it is empty. */
export function boxAround(mask: Uint8Array, width: number): Box | null {
  let box: Box | null = null;
  mask.forEach((inside, i) => {
    if (!inside) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    box = box
      ? { x0: Math.min(box.x0, x), y0: Math.min(box.y0, y), x1: Math.max(box.x1, x), y1: Math.max(box.y1, y) }
      : { x0: x, y0: y, x1: x, y1: y };
  });
  return box;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim(); // prettier-ignore
