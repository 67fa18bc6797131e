import { UserError } from '../../shared/userError.js';
import type { Concept, ConceptSet } from '../concept/conceptSet.js';
import { maskSize, measuring } from '../concept/measured/index.js';
import { takingTurns } from '../turns.js';
import { MaskCollection, Reading, type AnnotationSource } from './annotation/index.js';
import {
  folderConcepts,
  labelConcepts,
  readLabelTable,
  resize,
  type PictureFile,
  type Preparation,
  type Raster,
} from './image/index.js';

interface ImageConceptsRequest {
  files: readonly Omit<PictureFile, 'path'>[];
  /** Each class folder is a concept. */
  folders: boolean;
  /** Table of labels. */
  labels: string | null;
  /** Concepts measured from the pixels. */
  auto: boolean;
  /** The model's outputs become concepts too: there need be no others. */
  othersFollow: boolean;
  /** Masks and labels that somebody drew. */
  annotations: readonly AnnotationSource[];
  /** Of the pictures, for the model's input. */
  preparation: Preparation;
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
  const { files, folders, labels, auto, annotations, preparation, prepared, signal, onProgress } = request;
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

  const read: string[] = [];
  const sizeFor = (pictures: number) => maskSize(preparation.height, preparation.width, pictures);
  const size = auto || annotations.length > 0 ? sizeFor(samples) : { height: 1, width: 1 };
  const finest = sizeFor(1);
  if (size.height > 1 && size.height < finest.height) {
    notes.push(
      `Masks are of ${size.height} × ${size.width} positions: of ${finest.height} × ${finest.width}, those of ${samples.toLocaleString('en')} pictures would take too much memory.`,
    );
  }
  const steps = annotations.length + (auto ? 1 : 0);
  const progressOf = (step: number) => (done: number, total: number) =>
    onProgress?.(Math.floor((samples * (step + done / Math.max(1, total))) / steps), samples);
  const domains: Record<string, Uint32Array> = {};
  for (const [step, source] of annotations.entries()) {
    const masks = new MaskCollection(samples, size);
    const reading = new Reading(files, masks, preparation, size, signal, progressOf(step));
    await source.read(reading);
    const found = masks.result();
    concepts.push(...found.concepts);
    for (const [category, domain] of found.domains) domains[category] = domain;
    read.push(reading.summary(source.name));
    notes.push(...reading.notes(source.name));
  }
  if (auto) {
    const measured = measuring(samples, size.height, size.width);
    const progress = progressOf(annotations.length);
    const pause = takingTurns(signal);
    for (let sample = 0; sample < samples; sample++) {
      await pause();
      measured.add(resize(await prepared(sample), size.width, size.height));
      progress(sample + 1, samples);
    }
    const found = measured.result();
    concepts.push(...found.concepts);
    notes.push(...found.notes);
  }
  if (concepts.length === 0 && !request.othersFollow) {
    throw new UserError('probe file: no concept divides the pictures', {
      hint:
        annotations.length > 0
          ? `nothing in ${annotations[0].name} belongs to these pictures`
          : 'set "auto": true under "concepts", or give "labels"',
      code: 'probe/concepts',
    });
  }
  return {
    samples,
    ...size,
    concepts: withOwnNames(concepts),
    notes,
    read,
    ...(Object.keys(domains).length > 0 && { domains }),
  };
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
