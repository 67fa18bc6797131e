import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { readingError } from '../dataFile.js';
import { csvRows, type CsvRow } from '../csvRows.js';
import { decodeLabels } from './labelPicture.js';
import type { MaskConcept } from './maskCollection.js';
import type { Reading } from './reading.js';
import { AnnotationError } from './runLength.js';
import type { AnnotationSource } from './source.js';

/** Columns of index.csv that are no category. */
const otherColumns = new Set(['image', 'split', 'ih', 'iw', 'sh', 'sw']);

/**
 * A folder in the layout of Network Dissection's Broden data (Bau et al. 2017): `label.csv` names the labels and their
 * categories, `index.csv` has a line a picture and a cell a category: numbers of labels that hold of the whole picture, or
 * PNGs whose pixels are labels, R + 256 G, separated by `;`. Concepts are compared with units over the pictures that carry
 * their category.
 */
export async function brodenSource(folder: string): Promise<AnnotationSource> {
  const file = (name: string) => path.join(folder, name);
  const rows = await readRows(file('index.csv'));
  const labels = await readLabels(file('label.csv'));
  const header = rows[0]?.cells.map((cell) => cell.trim()) ?? [];
  const image = header.indexOf('image');
  const categories = header.flatMap((name, column) =>
    name === '' || otherColumns.has(name) ? [] : [{ name, column }],
  );
  if (image < 0 || categories.length === 0) {
    throw new UserError(`${file('index.csv')}: its header has no column "image", or none of a category`, {
      hint: 'such as image,split,ih,iw,sh,sw,color,object,part,material,scene,texture',
      code: 'probe/broden',
    });
  }
  return {
    name: path.basename(folder),
    files: [file('index.csv'), file('label.csv')],
    async read(reading) {
      const lines = rows.slice(1);
      for (const [done, { line, cells }] of lines.entries()) {
        reading.signal?.throwIfAborted();
        const picture = cells[image]?.trim() ?? '';
        const sample = reading.find(picture);
        if (sample === null) continue;
        reading.addPicture(sample);
        for (const { name, column } of categories) {
          for (const part of (cells[column] ?? '').split(';')) {
            if (part.trim() === '') continue;
            await reading.trying(`line ${line} (${name})`, () => addCell(part.trim(), sample, labels, folder, reading));
          }
        }
        reading.onProgress(done + 1, lines.length);
      }
    },
  };
}

async function addCell(
  cell: string,
  sample: number,
  labels: Map<number, MaskConcept>,
  folder: string,
  reading: Reading,
): Promise<void> {
  const use = (concept: MaskConcept): MaskConcept => {
    reading.masks.addToDomain(concept.category, sample);
    return concept;
  };
  if (/^\d+$/.test(cell)) {
    const concept = labels.get(Number(cell));
    if (!concept) throw new AnnotationError(`label.csv has no label ${cell}`);
    reading.addWhole(use(concept), sample);
    return;
  }
  const inside = path.join(folder, 'images', cell);
  if (path.relative(folder, inside).startsWith('..')) throw new AnnotationError('its PNG lies outside the folder');
  const bytes = await readFile(inside).catch(() => {
    throw new AnnotationError('its PNG is not in images/');
  });
  const map = decodeLabels(bytes);
  reading.addLabels(sample, { pixels: map.values, alongX: 1, alongY: map.width }, map, (value) => {
    // Blue is no part of the label's number.
    const concept = labels.get(value & 0xffff);
    return concept ? use(concept) : null;
  });
}

async function readRows(file: string): Promise<CsvRow[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw readingError(file, error);
  });
  return csvRows(text.replace(/^\uFEFF/, ''), (line) => {
    throw new UserError(
      `${path.basename(file)}: line ${line}: a quoted cell goes on after its closing quote, or is never closed`,
    );
  });
}

/**
 * number,name,category,…: one line a label. A label of several categories (`object(57);part(4)`) counts to the one that it is
 * most often of.
 */
async function readLabels(file: string): Promise<Map<number, MaskConcept>> {
  const [header, ...rows] = await readRows(file);
  const columns = header?.cells.map((cell) => cell.trim()) ?? [];
  const [number, name, category] = ['number', 'name', 'category'].map((column) => columns.indexOf(column));
  if (number < 0 || name < 0 || category < 0) {
    throw new UserError(`${path.basename(file)}: its header has no columns "number", "name" and "category"`, {
      code: 'probe/broden',
    });
  }
  const labels = new Map<number, MaskConcept>();
  for (const { line, cells } of rows) {
    const label = Number(cells[number]);
    if (!Number.isInteger(label) || label < 0 || !cells[name]) {
      throw new UserError(`${path.basename(file)}: line ${line} has no number or no name`, { code: 'probe/broden' });
    }
    // 0 is what nobody labelled.
    if (label > 0) labels.set(label, { name: cells[name].trim(), category: mainCategory(cells[category] ?? '') });
  }
  return labels;
}

function mainCategory(text: string): string {
  const parts = [...text.matchAll(/([^;()]+)(?:\((\d+)\))?/g)].map(([, name, count]) => ({
    name: name.trim(),
    count: Number(count ?? 0),
  }));
  return parts.reduce((best, part) => (part.count > best.count ? part : best), parts[0] ?? { name: 'label', count: 0 })
    .name;
}
