import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { bitsetWords, setBit, type Concept } from '../../concept/conceptSet.js';
import { readingError } from '../dataFile.js';
import { csvRows, type CsvRow } from '../csvRows.js';
import { parquetColumns } from '../parquet.js';
import type { PictureFile } from './pictureFiles.js';
import { pictureIndex } from './pictureNames.js';

export interface LabelTable {
  /** Concept names: the header without its first column. */
  concepts: string[];
  /** First cell of each row, and the row's values. */
  rows: { image: string; values: boolean[] }[];
}

/**
 * A table of labels, .csv or .parquet: a header, then per line the picture and one 0/1 (or true/false) per concept; an empty
 * cell is 0. A column of other words, or of other whole numbers, is one of classes: each of its values is a concept.
 *
 * @throws UserError that names the line
 */
export async function readLabelTable(file: string): Promise<LabelTable> {
  const name = path.basename(file);
  if (/\.parquet$/i.test(file)) {
    const columns = await parquetColumns(file);
    const rows = columns[0].values.map((_, row) => ({
      line: row + 2,
      cells: columns.map(({ values }) => String(values[row] ?? '')),
    }));
    return labelTable([{ line: 1, cells: columns.map((column) => column.name) }, ...rows], name);
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw readingError(file, error);
  }
  return parseLabelTable(text, name);
}

export function parseLabelTable(text: string, name: string): LabelTable {
  const rows = csvRows(text.replace(/^\ufeff/, ''), (line) =>
    refuse(
      name,
      `line ${line}: a quoted cell goes on after its closing quote, or is never closed`,
      'double the quotes inside',
    ),
  );
  return labelTable(rows, name);
}

function refuse(name: string, what: string, hint: string): never {
  throw new UserError(`${name}: ${what}`, { hint, code: 'probe/labels' });
}

function labelTable([header, ...lines]: CsvRow[], name: string): LabelTable {
  if (!header || header.cells.length < 2) {
    return refuse(name, 'has no columns of labels', 'write a header: image, then one column per concept');
  }
  const columns = header.cells.slice(1).map((cell) => cell.trim());
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) refuse(name, `two columns are named "${twice}"`, 'give each concept a name of its own');
  if (columns.includes('')) refuse(name, 'a column has no name', 'name every concept in the header');
  if (lines.length === 0) refuse(name, 'has a header and no rows', 'write one line per picture');
  const ragged = lines.find(({ cells }) => cells.length !== header.cells.length);
  if (ragged) {
    refuse(
      name,
      `line ${ragged.line} has ${ragged.cells.length} cells, the header has ${header.cells.length}`,
      'give each line a cell per column',
    );
  }
  const concepts: string[] = [];
  const holds: ((cells: string[]) => boolean)[] = [];
  columns.forEach((column, i) => {
    const cellOf = (cells: string[]) => cells[i + 1].trim();
    const classes = classesOf(lines, cellOf, (line, cell) =>
      refuse(name, `line ${line}: "${cell}" in column "${column}" is neither 0 nor 1`, 'write 0 or 1'),
    );
    for (const value of classes ?? [null]) {
      concepts.push(value === null ? column : columns.length === 1 ? value : `${column} = ${value}`);
      holds.push((cells) => (value === null ? known.get(cellOf(cells).toLowerCase())! : cellOf(cells) === value));
    }
  });
  return {
    concepts,
    rows: lines.map(({ cells }) => ({
      image: cells[0].trim().replaceAll('\\', '/'),
      values: holds.map((of) => of(cells)),
    })),
  };
}

/** The different values of a column of classes, in the order of their names; null: it is one of 0 and 1. */
function classesOf(
  lines: readonly CsvRow[],
  cellOf: (cells: string[]) => string,
  wrong: (line: number, cell: string) => never,
): string[] | null {
  const isTruth = (cell: string) => known.has(cell.toLowerCase());
  const different = new Map<string, number>();
  for (const { line, cells } of lines) {
    const cell = cellOf(cells);
    if (!different.has(cell)) different.set(cell, line);
  }
  const odd = [...different].find(([cell]) => !isTruth(cell));
  if (!odd) return null;
  different.delete('');
  const values = [...different.keys()];
  const isClasses = values.every((cell) => /^\d+$/.test(cell)) || !values.some(isTruth);
  if (!isClasses || values.length > mostClasses) wrong(odd[1], odd[0]);
  return values.sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
}

/** Classes that a column may tell apart; more are names or measurements. */
const mostClasses = 1000;
const collator = new Intl.Collator('en', { numeric: true });

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
