import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { jsonParts } from './jsonParts.js';
import type { MaskConcept } from './maskCollection.js';
import { maskOfPolygons } from './polygon.js';
import type { Reading } from './reading.js';
import { AnnotationError } from './runLength.js';
import type { AnnotationSource } from './source.js';

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Region {
  shape: Fields;
  concepts: string[];
}

/**
 * The VGG Image Annotator's JSON, versions 1 and 2, annotations alone or as a project: polygons, rectangles, circles and
 * ellipses. A region's attributes name its concepts: `dog` for one attribute in the file, `species = dog` for several; a
 * region without attributes is a `region`.
 */
export async function viaSource(file: string): Promise<AnnotationSource> {
  const name = path.basename(file);
  const pictures: { name: string; regions: Fields[] }[] = [];
  for await (const { key, value } of jsonParts(file)) {
    const entries = key === '_via_img_metadata' && isObject(value) ? Object.values(value) : [value];
    for (const entry of key.startsWith('_via_') && key !== '_via_img_metadata' ? [] : entries) {
      if (!isObject(entry) || typeof entry.filename !== 'string') {
        throw new UserError(`${name}: "${key}" is no picture of the VGG Image Annotator`, {
          hint: 'export annotations as JSON from VIA 1 or 2, or as COCO from VIA 3',
          code: 'probe/via',
        });
      }
      const { filename, regions } = entry;
      const list = Array.isArray(regions) ? regions : isObject(regions) ? Object.values(regions) : [];
      pictures.push({ name: filename, regions: list.filter(isObject) });
    }
  }
  const attributes = new Set(
    pictures.flatMap(({ regions }) => regions.flatMap((region) => Object.keys(attributesOf(region)))),
  );
  const concepts = new Map<string, MaskConcept>();
  const annotations = pictures.map((picture) => ({
    name: picture.name,
    regions: picture.regions.map((region): Region => {
      const shape = isObject(region.shape_attributes) ? region.shape_attributes : {};
      const names = namesOf(attributesOf(region), attributes.size > 1);
      for (const one of names) concepts.set(one, concepts.get(one) ?? { name: one, category: 'object' });
      return { shape, concepts: names };
    }),
  }));
  return {
    name,
    files: [file],
    async read(reading) {
      for (const [done, { name: picture, regions }] of annotations.entries()) {
        reading.signal?.throwIfAborted();
        const sample = reading.find(picture);
        if (sample === null) continue;
        reading.addPicture(sample);
        for (const [i, { shape, concepts: names }] of regions.entries()) {
          await reading.trying(`region ${i} of ${picture}`, () => {
            for (const one of names) addRegion(shape, concepts.get(one)!, sample, reading);
          });
        }
        reading.onProgress(done + 1, annotations.length);
      }
    },
  };
}

const attributesOf = (region: Fields): Fields => (isObject(region.region_attributes) ? region.region_attributes : {});

/** The values of text and choices, and those of check boxes that are ticked. */
function namesOf(attributes: Fields, several: boolean): string[] {
  const names = Object.entries(attributes).flatMap(([key, value]) => {
    const values = isObject(value) ? Object.keys(value).filter((one) => value[one] === true) : [String(value ?? '')];
    return values
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((one) => (several ? `${key} = ${one}` : one));
  });
  return names.length > 0 ? names : ['region'];
}

function addRegion(shape: Fields, concept: MaskConcept, sample: number, reading: Reading): void {
  const { width, height } = reading.pictures[sample];
  const number = (key: string): number => {
    const value = Number(shape[key]);
    if (!Number.isFinite(value) || Math.abs(value) > 1e6)
      throw new AnnotationError(`its "${key}" is no number of pixels`);
    return value;
  };
  const add = (pixels: Uint8Array) =>
    reading.addMask(concept, sample, { pixels, alongX: height, alongY: 1 }, { width, height });
  switch (shape.name) {
    case 'polygon': {
      const { all_points_x: xs, all_points_y: ys } = shape;
      const isList = (list: unknown): list is number[] =>
        Array.isArray(list) && list.every((one) => typeof one === 'number' && Math.abs(one) < 1e6);
      if (!isList(xs) || !isList(ys) || xs.length !== ys.length || xs.length < 3) {
        throw new AnnotationError('its polygon has not three points or more');
      }
      return add(maskOfPolygons([xs.flatMap((x, i) => [x, ys[i]])], width, height));
    }
    case 'rect': {
      const [x, y, w, h] = [number('x'), number('y'), number('width'), number('height')];
      return add(maskOfPolygons([[x, y, x, y + h, x + w, y + h, x + w, y]], width, height));
    }
    case 'circle':
      return add(ellipse(number('cx'), number('cy'), number('r'), number('r'), 0, width, height));
    case 'ellipse': {
      const turned = 'theta' in shape ? number('theta') : 0;
      return add(ellipse(number('cx'), number('cy'), number('rx'), number('ry'), turned, width, height));
    }
    default:
      throw new AnnotationError(`it is a ${String(shape.name ?? 'region without shape')}, which covers no area`);
  }
}

/** Pixels whose centre lies inside. @param theta in radians, clockwise as y counts downwards */
function ellipse(
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  theta: number,
  width: number,
  height: number,
): Uint8Array {
  const mask = new Uint8Array(width * height);
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      const along = (dx * cos + dy * sin) / rx;
      const across = (dy * cos - dx * sin) / ry;
      if (along * along + across * across <= 1) mask[x * height + y] = 1;
    }
  }
  return mask;
}
