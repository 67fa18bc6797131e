import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { bitsetWords, placesWhere, setBit, type Concept, type ConceptSet } from '../concept/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { npzKeys, readNpz } from './npz.js';

/** Different values that an array of labels may hold. */
const mostLabels = 1000;

export interface GivenConcepts {
  file: string;
  samples: number;
  height: number;
  width: number;
  concepts: { name: string; array: Tensor; holds: (value: number) => boolean; ofPositions: boolean }[];
}

/**
 * Concepts from an `.npz`: one boolean array (or 0 and 1) each, samples or samples × height × width. An array of other
 * whole numbers, one a sample, gives a concept for each of its values (`targets = 3`).
 *
 * @param samples how many samples the data have
 * @param data    the data's file name, for messages
 * @throws UserError that names each array of a wrong length or type
 */
export async function readArrayConcepts(file: string, samples: number, data: string): Promise<GivenConcepts> {
  const name = path.basename(file);
  if (path.extname(file).toLowerCase() !== '.npz') {
    throw new UserError(`${name}: concepts of arrays are read from .npz, one array for each concept`);
  }
  const given: GivenConcepts = { file: name, samples, height: 1, width: 1, concepts: [] };
  const wrong: string[] = [];
  let maskShape: string | null = null;
  for (const key of await npzKeys(file)) {
    const array = await readNpz(file, key);
    const { dims } = array;
    if ((dims.length !== 1 && dims.length !== 3) || dims[0] !== samples) {
      wrong.push(`"${key}" is ${dims.join(' × ') || 'a single value'}`);
      continue;
    }
    const ofPositions = dims.length === 3;
    if (ofPositions) {
      maskShape ??= `${dims[1]} × ${dims[2]}`;
      if (maskShape !== `${dims[1]} × ${dims[2]}`) {
        throw new UserError(
          `${name}: masks are of one size, "${key}" has ${dims[1]} × ${dims[2]}, others ${maskShape}`,
        );
      }
      [, given.height, given.width] = dims;
    }
    for (const { value, holds } of truths(array, key, name, ofPositions)) {
      given.concepts.push({ name: value === null ? key : `${key} = ${value}`, array, holds, ofPositions });
    }
  }
  if (wrong.length > 0) {
    const more = wrong.length > 5 ? `, and ${wrong.length - 5} more` : '';
    throw new UserError(`${name}: ${data} has ${samples} samples, but ${wrong.slice(0, 5).join(', ')}${more}`, {
      hint: 'a concept is an array of samples, or of samples × height × width',
      code: 'concept/length',
    });
  }
  if (given.concepts.length === 0) throw new UserError(`${name} holds no concept`, { code: 'concept/none' });
  return given;
}

/** The one question a boolean array answers, or one for each value of an array of labels. */
function truths(
  array: Tensor,
  key: string,
  name: string,
  ofPositions: boolean,
): { value: number | null; holds: (value: number) => boolean }[] {
  const isOne = (value: number) => value !== 0;
  if (array.type === 'bool') return [{ value: null, holds: isOne }];
  const different = new Set<number>();
  for (const element of array.data as Float32Array) {
    different.add(Number(element));
    if (different.size > mostLabels) break;
  }
  const values = [...different].sort((a, b) => a - b);
  if (values.every((value) => value === 0 || value === 1)) return [{ value: null, holds: isOne }];
  if (ofPositions || values.length > mostLabels || !values.every(Number.isInteger)) {
    throw new UserError(`${name}: "${key}" is of type ${array.type} and holds more than 0 and 1`, {
      hint: 'save concepts as boolean arrays, for example mask > 0.5',
      code: 'concept/type',
    });
  }
  return values.map((value) => ({ value, holds: (other) => other === value }));
}

/** The given concepts over the first `samples` samples. */
export function arrayConcepts(given: GivenConcepts, samples: number): ConceptSet {
  const positions = given.height * given.width;
  const concepts = given.concepts.map(({ name, array, holds, ofPositions }): Concept => {
    const values = array.data as Float32Array;
    const category = 'label';
    if (ofPositions) {
      const mask = placesWhere(positions, (sample, place) => holds(Number(values[sample * positions + place])));
      return { name, category, ofSamples: null, ofPositions: mask };
    }
    const mask = new Uint32Array(bitsetWords(samples));
    for (let i = 0; i < samples; i++) if (holds(Number(values[i]))) setBit(mask, i);
    return { name, category, ofSamples: mask, ofPositions: null };
  });
  return { samples, height: given.height, width: given.width, concepts, notes: [] };
}
