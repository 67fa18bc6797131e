import { open } from 'node:fs/promises';
import path from 'node:path';
import type { ImagesProbeFile } from '../../../shared/probeFile.js';
import { readingError } from '../dataFile.js';
import { brodenSource } from './broden.js';
import { cocoSource } from './coco.js';
import type { AnnotationSource } from './source.js';
import { viaSource } from './via.js';
import { vocSource } from './voc.js';

export { Reading } from './reading.js';
export { MaskCollection } from './maskCollection.js';
export { picturesOf } from './picturesOf.js';
export type { AnnotationSource } from './source.js';

/** What reads the annotations that a key of `concepts` names. */
const readers: Record<'masks' | 'voc' | 'broden', (place: string) => Promise<AnnotationSource>> = {
  masks: async (file) => ((await annotationFormat(file)) === 'via' ? viaSource(file) : cocoSource(file)),
  voc: vocSource,
  broden: brodenSource,
};

/** The annotations that a probe file names, in the order of the readers. */
export async function annotationSources(
  concepts: NonNullable<ImagesProbeFile['concepts']>,
  base: string,
): Promise<AnnotationSource[]> {
  const sources: AnnotationSource[] = [];
  for (const key of Object.keys(readers) as (keyof typeof readers)[]) {
    const place = concepts[key];
    if (place !== undefined) sources.push(await readers[key](path.resolve(base, place)));
  }
  return sources;
}

const headBytes = 1 << 16;

/** What a JSON file holds, as far as its first 64 KB say: the VGG Image Annotator's regions, or COCO's lists. */
export async function annotationFormat(file: string): Promise<'coco' | 'via' | null> {
  const head = Buffer.alloc(headBytes);
  try {
    const handle = await open(file, 'r');
    const { bytesRead } = await handle.read(head, 0, headBytes, 0).finally(() => handle.close());
    const text = head.toString('latin1', 0, bytesRead);
    if (/"(_via_\w+|shape_attributes|region_attributes)"\s*:/.test(text)) return 'via';
    return /"(images|annotations|categories)"\s*:\s*\[/.test(text) ? 'coco' : null;
  } catch (error) {
    throw readingError(file, error);
  }
}
