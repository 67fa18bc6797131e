import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { jsonParts } from './jsonParts.js';
import { decodeLabels } from './labelPicture.js';
import type { MaskConcept } from './maskCollection.js';
import { maskOfPolygons } from './polygon.js';
import type { Reading } from './reading.js';
import { AnnotationError, maskOfRuns, runsOfText } from './runLength.js';
import type { AnnotationSource } from './source.js';

interface CocoImage {
  name: string;
  width: number;
  height: number;
}

/** What stands before the annotations: https://cocodataset.org/#format-data */
interface CocoHead {
  images: Map<unknown, CocoImage>;
  categories: Map<unknown, MaskConcept>;
}

/** COCO's instances or panoptic JSON; which of the two says its first annotation. */
export async function cocoSource(file: string): Promise<AnnotationSource> {
  const head = await readHead(file);
  return {
    name: path.basename(file),
    files: [file],
    async read(reading) {
      let done = 0;
      for await (const { index, value } of jsonParts(file, new Set(['annotations']), reading.signal)) {
        const annotation = isObject(value) ? value : {};
        await reading.trying(`annotation ${index}`, () =>
          'segments_info' in annotation
            ? addPanoptic(annotation, head, file, reading)
            : addInstance(annotation, head, reading),
        );
        if (++done % 1000 === 0) reading.onProgress(Math.min(done, reading.samples), reading.samples);
      }
      // Looked at and found empty is annotated too.
      for (const { name } of head.images.values()) {
        const sample = reading.find(name);
        if (sample !== null) reading.addPicture(sample);
      }
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readHead(file: string): Promise<CocoHead> {
  const name = path.basename(file);
  const refuse = (what: string): never => {
    throw new UserError(`${name}: ${what}`, {
      hint: 'give COCO instances or panoptic JSON, with images, annotations and categories',
      code: 'probe/coco',
    });
  };
  const head: CocoHead = { images: new Map(), categories: new Map() };
  const keys = new Set<string>();
  for await (const { key, index, value } of jsonParts(file, new Set(['images', 'categories']))) {
    keys.add(key);
    if (index === null) refuse(`"${key}" is no list`);
    if (!isObject(value)) return refuse(`entry ${index} of "${key}" is no object`);
    if (key === 'categories') {
      if (typeof value.name !== 'string') return refuse(`category ${String(value.id)} has no name`);
      head.categories.set(value.id, { name: value.name, category: value.isthing === 0 ? 'stuff' : 'object' });
    } else {
      const { id, file_name: fileName, width, height } = value;
      if (typeof fileName !== 'string') return refuse(`picture ${String(id)} has no "file_name"`);
      const isSize = (size: unknown) => Number.isInteger(size) && Number(size) > 0 && Number(size) <= 65535;
      if (!isSize(width) || !isSize(height)) return refuse(`picture ${fileName} has no width and height`);
      if (Number(width) * Number(height) > 1e8) return refuse(`picture ${fileName} is of more than 100 megapixels`);
      head.images.set(id, { name: fileName, width: Number(width), height: Number(height) });
    }
  }
  if (!keys.has('images')) refuse('it names no pictures ("images")');
  if (!keys.has('categories')) refuse('it names no categories ("categories")');
  return head;
}

/** The sample that an annotation is of; null where it is none of the probe set's pictures. */
function sampleOf(id: unknown, head: CocoHead, reading: Reading): { sample: number; image: CocoImage } | null {
  const image = head.images.get(id);
  if (!image) throw new AnnotationError('its "image_id" is that of no picture in the file');
  const sample = reading.find(image.name);
  return sample === null ? null : { sample, image };
}

function conceptOf(id: unknown, head: CocoHead): MaskConcept {
  const concept = head.categories.get(id);
  if (!concept) throw new AnnotationError('its "category_id" is that of no category in the file');
  return concept;
}

/** Polygons, run lengths as numbers or as text, or where there is neither the box. Crowds count as what they are crowds of. */
function addInstance(annotation: Record<string, unknown>, head: CocoHead, reading: Reading): void {
  const found = sampleOf(annotation.image_id, head, reading);
  if (!found) return;
  const { sample, image } = found;
  const concept = conceptOf(annotation.category_id, head);
  const { segmentation, bbox } = annotation;
  const add = (pixels: Uint8Array, width: number, height: number) =>
    reading.addMask(concept, sample, { pixels, alongX: height, alongY: 1 }, { width, height });
  if (isObject(segmentation)) {
    const { counts, size } = segmentation;
    if (!Array.isArray(size) || !size.every((n) => Number.isInteger(n) && n > 0 && n <= 65535) || size.length !== 2) {
      throw new AnnotationError('its run lengths have no "size"');
    }
    const [height, width] = size as number[];
    if (width * height > 1e8) throw new AnnotationError('its run lengths are of more than 100 megapixels');
    const runs = typeof counts === 'string' ? runsOfText(counts) : counts;
    if (!Array.isArray(runs)) throw new AnnotationError('its run lengths have no "counts"');
    add(maskOfRuns(runs as number[], width, height), width, height);
    return;
  }
  const polygons = Array.isArray(segmentation) && segmentation.length > 0 ? segmentation : boxOf(bbox);
  if (!polygons.every(isPolygon)) throw new AnnotationError('its "segmentation" is neither polygons nor run lengths');
  add(maskOfPolygons(polygons, image.width, image.height), image.width, image.height);
}

const isPolygon = (polygon: unknown): polygon is number[] =>
  Array.isArray(polygon) &&
  polygon.length >= 6 &&
  polygon.length % 2 === 0 &&
  polygon.every((coordinate) => typeof coordinate === 'number' && Math.abs(coordinate) < 1e6);

/** x, y, width, height as the polygon of its corners. */
function boxOf(bbox: unknown): number[][] {
  if (!Array.isArray(bbox) || bbox.length !== 4) throw new AnnotationError('it has neither "segmentation" nor "bbox"');
  const [x, y, width, height] = bbox as number[];
  return [[x, y, x, y + height, x + width, y + height, x + width, y]];
}

/** A PNG whose colours are the numbers of segments, R + 256 G + 65536 B. */
async function addPanoptic(
  annotation: Record<string, unknown>,
  head: CocoHead,
  file: string,
  reading: Reading,
): Promise<void> {
  const found = sampleOf(annotation.image_id, head, reading);
  if (!found) return;
  const { file_name: png, segments_info: segments } = annotation;
  if (typeof png !== 'string' || !Array.isArray(segments)) throw new AnnotationError('it has no "file_name"');
  const concepts = new Map<number, MaskConcept>();
  for (const segment of segments) {
    if (isObject(segment)) concepts.set(Number(segment.id), conceptOf(segment.category_id, head));
  }
  const map = decodeLabels(await segmentPicture(file, png));
  reading.addLabels(found.sample, { pixels: map.values, alongX: 1, alongY: map.width }, map, (value) => {
    return concepts.get(value) ?? null;
  });
}

/** The PNGs lie in a folder named as the JSON file, or beside it. */
async function segmentPicture(json: string, png: string): Promise<Uint8Array> {
  const folder = path.dirname(json);
  const named = path.join(folder, path.basename(json, path.extname(json)));
  for (const place of [named, folder]) {
    const bytes = await readFile(path.join(place, png)).catch(() => null);
    if (bytes) return bytes;
  }
  throw new AnnotationError(`its PNG is neither in ${path.basename(named)}/ nor beside the JSON file`);
}
