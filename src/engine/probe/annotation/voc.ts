import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { readingError } from '../dataFile.js';
import { decodeLabels } from './labelPicture.js';
import type { MaskConcept } from './maskCollection.js';
import type { Reading } from './reading.js';
import { AnnotationError } from './runLength.js';
import type { AnnotationSource } from './source.js';

/** Pascal VOC's own classes; 0 is the background, 255 the outline of objects and what was not decided. */
const vocNames = [
  ...['background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow'],
  ...['dining table', 'dog', 'horse', 'motorbike', 'person', 'potted plant', 'sheep', 'sofa', 'train', 'tv monitor'],
];
const maskFolders = ['SegmentationClass', 'SegmentationClassPNG', 'SegmentationClassAug'];
const nameFiles = [...['labelmap.txt', 'labels.txt', 'class_names.txt', 'label_names.txt', 'classes.txt', 'names.txt']];
const background = /^[_\s]*(background|unlabell?ed|void|ignore)[_\s]*$/i;
const undecided = 255;

/**
 * A folder in Pascal VOC's layout: indexed PNGs (in `SegmentationClass/`, or in the folder itself) with the names of the
 * labels in a text file, one a line or as CVAT writes them (`name:r,g,b::`); where there are no PNGs, the boxes of
 * `Annotations/*.xml`.
 */
export async function vocSource(folder: string): Promise<AnnotationSource> {
  const name = path.basename(folder);
  const files = await listed(folder);
  const masks = await firstFolder(folder, maskFolders);
  const pngs = masks?.files ?? files.filter((file) => /\.png$/i.test(file));
  if (pngs.length > 0) {
    const place = masks ? path.join(folder, masks.name) : folder;
    const namesFile = nameFiles.find((file) => files.includes(file));
    const names = namesFile ? await readNames(path.join(folder, namesFile)) : null;
    return {
      name,
      files: [...(namesFile ? [path.join(folder, namesFile)] : []), ...pngs.map((png) => path.join(place, png))],
      read: (reading) => readMasks(place, pngs, names, reading),
    };
  }
  const boxes = await firstFolder(folder, ['Annotations', 'annotations']);
  const xmls = (boxes?.files ?? files).filter((file) => /\.xml$/i.test(file));
  if (xmls.length === 0) {
    throw new UserError(`${folder}: there are neither masks nor boxes in Pascal VOC's layout`, {
      hint: 'SegmentationClass/*.png with labels.txt, or Annotations/*.xml, are read',
      code: 'probe/voc',
    });
  }
  const place = boxes ? path.join(folder, boxes.name) : folder;
  return {
    name,
    // How many kinds of objects there are is not known before all are read: VOC has 20, and most sets fewer.
    files: xmls.map((xml) => path.join(place, xml)),
    read: (reading) => readBoxes(place, xmls, reading),
  };
}

async function listed(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new UserError(`${folder}: it is not a folder`, { hint: "name a folder in Pascal VOC's layout" });
    }
    throw readingError(folder, error);
  }
}

async function firstFolder(folder: string, names: string[]): Promise<{ name: string; files: string[] } | null> {
  for (const name of names) {
    const files = await listed(path.join(folder, name)).catch(() => []);
    if (files.length > 0) return { name, files };
  }
  return null;
}

interface LabelName {
  name: string;
  /** R + 256 G + 65536 B, where the file says it. */
  colour: number | null;
}

async function readNames(file: string): Promise<LabelName[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw readingError(file, error);
  });
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UserError(`${path.basename(file)} names no labels`, { hint: 'write one a line' });
  return lines.map((line) => {
    const [, name, r, g, b] = /^([^:]+):(?:(\d+),(\d+),(\d+))?:.*$/.exec(line) ?? [];
    if (name === undefined) return { name: line, colour: null };
    return { name, colour: r === undefined ? null : Number(r) | (Number(g) << 8) | (Number(b) << 16) };
  });
}

async function readMasks(folder: string, pngs: string[], names: LabelName[] | null, reading: Reading): Promise<void> {
  const conceptOf = labels(names);
  if (names === null)
    reading.note(`No file names the labels of ${path.basename(folder)}/: they are taken for Pascal VOC's own.`);
  else if (!background.test(names[0].name) && names.every(({ colour }) => colour === null)) {
    reading.note(`The names of the labels begin with "${names[0].name}" and not with a background: that is label 1.`);
  }
  for (const [done, png] of pngs.entries()) {
    reading.signal?.throwIfAborted();
    const sample = reading.find(png.replace(/\.png$/i, ''));
    if (sample === null) continue;
    await reading.trying(png, async () => {
      const map = decodeLabels(await readFile(path.join(folder, png)));
      reading.addLabels(sample, { pixels: map.values, alongX: 1, alongY: map.width }, map, conceptOf);
    });
    reading.onProgress(done + 1, pngs.length);
  }
}

/**
 * What a pixel's value stands for: by colour where the names come with colours; else the name at that place in the list,
 * which begins with the background, or if it does not, with label 1. Without names, Pascal VOC's own, and `label 21` beyond.
 */
function labels(names: LabelName[] | null): (value: number) => MaskConcept | null {
  const known = new Map<number, MaskConcept | null>();
  const byColour = new Map(names?.flatMap(({ name, colour }) => (colour === null ? [] : [[colour, name] as const])));
  const list = names?.map(({ name }) => name) ?? vocNames;
  const first = background.test(list[0]) ? 0 : 1;
  const nameOf = (value: number): string | null => {
    if (byColour.has(value)) return byColour.get(value)!;
    const index = value - first;
    if (value === 0 || (value === undecided && index >= list.length)) return null;
    return list[index] ?? `label ${value}`;
  };
  return (value) => {
    let concept = known.get(value);
    if (concept === undefined) {
      const name = nameOf(value);
      concept = name === null || background.test(name) ? null : { name, category: 'object' };
      known.set(value, concept);
    }
    return concept;
  };
}

async function readBoxes(folder: string, xmls: string[], reading: Reading): Promise<void> {
  const concepts = new Map<string, MaskConcept>();
  for (const [done, xml] of xmls.entries()) {
    reading.signal?.throwIfAborted();
    await reading.trying(xml, async () => {
      const { fileName, width, height, objects } = boxesOf(await readFile(path.join(folder, xml), 'utf8'));
      const sample = reading.find(xml.replace(/\.xml$/i, '')) ?? (fileName === null ? null : reading.find(fileName));
      if (sample === null) return;
      reading.addPicture(sample);
      const picture = reading.pictures[sample];
      const size = width > 0 && height > 0 ? { width, height } : { width: picture.width, height: picture.height };
      for (const { name, box } of objects) {
        let concept = concepts.get(name);
        if (!concept) concepts.set(name, (concept = { name, category: 'object' }));
        reading.addMask(concept, sample, { pixels: filled(box, size), alongX: 1, alongY: size.width }, size);
      }
    });
    reading.onProgress(done + 1, xmls.length);
  }
}

interface Boxes {
  fileName: string | null;
  width: number;
  height: number;
  objects: { name: string; box: [left: number, top: number, right: number, bottom: number] }[];
}

/** @throws AnnotationError where the text is no annotation of Pascal VOC */
function boxesOf(text: string): Boxes {
  let root: XmlElement | null;
  try {
    ({ root } = parseXml(text));
  } catch {
    throw new AnnotationError('it is no XML');
  }
  if (root?.name !== 'annotation') throw new AnnotationError('it is no annotation of Pascal VOC');
  const number = (parent: XmlElement | null, name: string): number => Number(parent && child(parent, name)?.text);
  const size = child(root, 'size');
  const objects = root.children
    .filter((node): node is XmlElement => node instanceof XmlElement && node.name === 'object')
    .map((object) => {
      const name = child(object, 'name')?.text.trim();
      const box = child(object, 'bndbox');
      const edges = ['xmin', 'ymin', 'xmax', 'ymax'].map((edge) => number(box, edge));
      if (!name || !edges.every(Number.isFinite)) throw new AnnotationError('an object in it has no name or no box');
      return { name, box: edges as Boxes['objects'][number]['box'] };
    });
  const side = (name: string) => {
    const pixels = size ? number(size, name) : 0;
    return Number.isInteger(pixels) && pixels > 0 && pixels <= 10000 ? pixels : 0;
  };
  return { fileName: child(root, 'filename')?.text ?? null, width: side('width'), height: side('height'), objects };
}

const child = (parent: XmlElement, name: string): XmlElement | null =>
  parent.children.find((node): node is XmlElement => node instanceof XmlElement && node.name === name) ?? null;

/** Pixels count from 1 and both ends belong to the box. */
function filled(
  [left, top, right, bottom]: [number, number, number, number],
  { width, height }: { width: number; height: number },
): Uint8Array {
  const mask = new Uint8Array(width * height);
  const first = Math.max(0, Math.round(left) - 1);
  const end = Math.min(width, Math.round(right));
  for (let y = Math.max(0, Math.round(top) - 1); y < Math.min(height, Math.round(bottom)); y++) {
    if (end > first) mask.fill(1, y * width + first, y * width + end);
  }
  return mask;
}
