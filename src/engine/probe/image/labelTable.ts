import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { bitsetWords, setBit, type Concept } from '../../concept/conceptSet.js';
import { readingError } from '../dataFile.js';
import { csvRows } from '../csvRows.js';
import type { PictureFile } from './pictureFiles.js';
import { pictureIndex } from './pictureNames.js';

export interface LabelTable {
  /** Concept names: the header without its first column. */
  concepts: string[];
  /** First cell of each row, and the row's values. */
  rows: { image: string; values: boolean[] }[];
}

/**
 * A table of labels: a header, then per line the picture and one 0/1 (or true/false) per concept; an empty cell is 0.
 * Throws a UserError that names the line.
 */
export async function readLabelTable(file: string): Promise<LabelTable> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw readingError(file, error);
  }
  return parseLabelTable(text, path.basename(file));
}

export function parseLabelTable(text: string, name: string): LabelTable {
  const refuse = (what: string, hint: string): never => {
    throw new UserError(`${name}: ${what}`, { hint, code: 'probe/labels' });
  };
  const [header, ...lines] = csvRows(text.replace(/^\ufeff/, ''), (line) =>
    refuse(
      `line ${line}: a quoted cell goes on after its closing quote, or is never closed`,
      'double the quotes inside',
    ),
  );
  if (!header || header.cells.length < 2) {
    return refuse('has no columns of labels', 'write a header: image, then one column per concept');
  }
  const concepts = header.cells.slice(1).map((cell) => cell.trim());
  const twice = concepts.find((concept, i) => concepts.indexOf(concept) !== i);
  if (twice !== undefined) refuse(`two columns are named "${twice}"`, 'give each concept a name of its own');
  if (concepts.includes('')) refuse('a column has no name', 'name every concept in the header');
  const rows = lines.map(({ line, cells }) => {
    if (cells.length !== header.cells.length) {
      refuse(
        `line ${line} has ${cells.length} cells, the header has ${header.cells.length}`,
        'give each line a cell per column',
      );
    }
    const values = cells.slice(1).map((cell, i) => {
      const value = known.get(cell.trim().toLowerCase());
      return value ?? refuse(`line ${line}: "${cell}" in column "${concepts[i]}" is neither 0 nor 1`, 'write 0 or 1');
    });
    return { image: cells[0].trim().replaceAll('\\', '/'), values };
  });
  if (rows.length === 0) refuse('has a header and no rows', 'write one line per picture');
  return { concepts, rows };
}

const known = new Map([
  ['1', true],
  ['1.0', true],
  ['true', true],
  ['yes', true],
  ['0', false],
  ['0.0', false],
  ['false', false],
  ['no', false],
  ['', false],
]);

/**
 * The table's columns as concepts of whole samples. A row stands for the picture of that relative path, else of that file
 * name, else of that name without its ending; a name that several pictures bear is left out. What is unmatched is counted.
 */
export function labelConcepts(
  table: LabelTable,
  files: readonly Pick<PictureFile, 'name'>[],
): { concepts: Concept[]; notes: string[] } {
  const find = pictureIndex(files.map(({ name }) => name));
  const sets = table.concepts.map(() => new Uint32Array(bitsetWords(files.length)));
  const matched = new Set<number>();
  let lost = 0;
  for (const { image, values } of table.rows) {
    const sample = find(image);
    if (sample === null) {
      lost++;
      continue;
    }
    matched.add(sample);
    values.forEach((value, c) => value && setBit(sets[c], sample));
  }
  const notes: string[] = [];
  if (lost) notes.push(`${lost} of the ${table.rows.length} rows of labels fit no picture.`);
  if (matched.size < files.length) {
    notes.push(
      `${files.length - matched.size} of the ${files.length} pictures have no row of labels; no label holds of them.`,
    );
  }
  const concepts = table.concepts.map((name, c) => ({
    name,
    category: 'label',
    ofSamples: sets[c],
    ofPositions: null,
  }));
  return { concepts, notes };
}
