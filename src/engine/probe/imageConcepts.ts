import { UserError } from '../../shared/userError.js';
import type { Concept, ConceptSet } from '../concept/conceptSet.js';
import { maskSize, measuring } from '../concept/measured/index.js';
import { folderConcepts, labelConcepts, readLabelTable, resize, type PictureFile, type Raster } from './image/index.js';

interface ImageConceptsRequest {
  files: readonly PictureFile[];
  /** Each class folder is a concept. */
  folders: boolean;
  /** Table of labels. */
  labels: string | null;
  /** Concepts measured from the pixels. */
  auto: boolean;
  /** Of the model's input, in pixels. */
  height: number;
  width: number;
  /** The picture as the model sees it, 8 bits. */
  prepared(sample: number): Promise<Raster>;
  signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/**
 * All concepts of a set of pictures. Those of whole samples come from folders and labels; measured ones have masks that line
 * up with the model's input, because they are measured on the prepared picture, reduced to the masks' size.
 */
export async function imageConcepts(request: ImageConceptsRequest): Promise<ConceptSet> {
  const { files, folders, labels, auto, prepared, signal, onProgress } = request;
  const samples = files.length;
  const notes: string[] = [];
  const named: Concept[] = [];
  if (folders) {
    const found = folderConcepts(files);
    if (found.length === 0) notes.push('No picture lies in a class folder.');
    named.push(...found);
  }
  if (labels !== null) {
    const found = labelConcepts(await readLabelTable(labels), files);
    named.push(...found.concepts);
    notes.push(...found.notes);
  }
  const concepts = dividing(named, samples, notes);

  let size = { height: 1, width: 1 };
  if (auto) {
    size = maskSize(request.height, request.width, samples);
    const measured = measuring(samples, size.height, size.width);
    for (let sample = 0; sample < samples; sample++) {
      signal?.throwIfAborted();
      measured.add(resize(await prepared(sample), size.width, size.height));
      onProgress?.(sample + 1, samples);
    }
    const found = measured.result();
    concepts.push(...found.concepts);
    notes.push(...found.notes);
  }
  if (concepts.length === 0) {
    throw new UserError('probe file: no concept divides the pictures', {
      hint: 'set "auto": true under "concepts", or give "labels"',
      code: 'probe/concepts',
    });
  }
  return { samples, ...size, concepts: withOwnNames(concepts), notes };
}

/** Without the concepts that hold of every sample or of none, which explain nothing. */
function dividing(concepts: Concept[], samples: number, notes: string[]): Concept[] {
  const none: string[] = [];
  const all: string[] = [];
  const kept = concepts.filter(({ name, ofSamples }) => {
    const count = ofSamples!.reduce((sum, word) => sum + bits(word), 0);
    if (count === 0) none.push(name);
    else if (count === samples) all.push(name);
    return count > 0 && count < samples;
  });
  if (none.length) notes.push(`Left out, because they hold of no picture: ${none.join(', ')}.`);
  if (all.length) notes.push(`Left out, because they hold of every picture: ${all.join(', ')}.`);
  return kept;
}

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Formulas name concepts, so two must not share a name: the later one takes its category along (`orange (colour)`). */
function withOwnNames(concepts: Concept[]): Concept[] {
  const taken = new Set<string>();
  return concepts.map((concept) => {
    let { name } = concept;
    for (let n = 1; taken.has(name); n++) name = `${concept.name} (${concept.category}${n > 1 ? ` ${n}` : ''})`;
    taken.add(name);
    return { ...concept, name };
  });
}
