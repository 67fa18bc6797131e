import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { CellReader, comma, newline, separatorOf } from './cells.js';
import { readingError } from './dataFile.js';
import type { Table } from './table.js';
import { NumberReader } from './number.js';

/** Distinct words that a column may hold to be kept as a column of classes. */
const mostWords = 64;

/**
 * A table of numbers (RFC 4180, with a header; CRLF, byte order mark, blank lines; `;` or tab between the cells where
 * the header plainly uses that). Empty cells, `nan`, `NA` and `null` are missing values, `true` and `false` are 1 and 0.
 * A file without a header (its first line is numbers) gets the names x0, x1, ...; a note says so.
 *
 * @throws UserError for ragged rows, with the line; for files that are no text; for a file without a row
 */
export async function readCsv(file: string): Promise<Table> {
  try {
    const { size } = await stat(file);
    if (size > 2 ** 31 - 1)
      throw new UserError(`${path.basename(file)} is larger than 2 GiB`, { hint: 'save it as .npy' });
    return parseCsv(await readFile(file), path.basename(file));
  } catch (error) {
    throw readingError(file, error);
  }
}

/** The table's first lines (those within its first 256 KiB), to see whether it fits, and the file's size over theirs. */
export async function csvHead(file: string): Promise<{ table: Table; share: number }> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.min(size, 262144));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      const end = size > bytesRead ? buffer.lastIndexOf(newline, bytesRead - 1) + 1 : bytesRead;
      return { table: parseCsv(buffer.subarray(0, end), path.basename(file)), share: size / Math.max(1, end) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readingError(file, error);
  }
}

/** @param name the file, for messages */
export function parseCsv(bytes: Buffer, name: string): Table {
  const refuse = (what: string, hint?: string): never => {
    throw new UserError(`${name}: ${what}`, { hint, code: 'table/unreadable' });
  };
  const notes: string[] = [];
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    refuse('is UTF-16 text', 'save it as UTF-8');
  }
  if (bytes.subarray(0, 4096).includes(0)) refuse('is not text: it holds zero bytes');
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const separator = separatorOf(bytes, start);
  const cells = new CellReader(bytes, start, separator, refuse);

  const header: string[] = [];
  while (cells.next()) {
    header.push(cells.text().trim());
    if (cells.endsRow) break;
  }
  if (header.length === 0) refuse('the file is empty');
  const numbers = new NumberReader(separator !== comma);
  const headless = header.every((cell) => numbers.of(cell) !== null) && header.some((cell) => cell !== '');
  const columns = (headless ? header.map((_, i) => `x${i}`) : uniqueNames(header, notes)).map(
    (title) => new ColumnBuilder(title),
  );
  if (headless) {
    notes.push(`${name} has no header: its columns are named x0 to x${header.length - 1}.`);
    cells.restart(start);
  }

  let rows = 0;
  let column = 0;
  while (cells.next()) {
    if (column < columns.length) {
      const value = cells.quoted ? numbers.of(cells.text()) : numbers.at(bytes, cells.start, cells.end);
      if (value !== null && !columns[column].isWords) columns[column].addNumber(value);
      else columns[column].addWord(cells.text().trim());
    }
    column++;
    if (!cells.endsRow) continue;
    if (column !== columns.length) {
      refuse(
        `line ${cells.line} has ${column} ${column === 1 ? 'cell' : 'cells'}, ${headless ? 'the first line' : 'the header'} has ${columns.length}`,
      );
    }
    column = 0;
    rows++;
  }
  if (rows === 0) refuse('has a header and no rows');
  return finish(columns, rows, name, notes);
}

/** A column while it is read: numbers until a cell is none, from then on words. */
class ColumnBuilder {
  isWords = false;
  private numbers = new Float64Array(1024);
  private codes = new Uint8Array(0);
  private readonly codeOf = new Map<string, number>();
  count = 0;
  /** First cell that is no number. */
  firstWord = '';

  constructor(readonly title: string) {}

  addNumber(value: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = value;
  }

  addWord(word: string): void {
    if (!this.isWords) {
      this.isWords = true;
      this.firstWord = word;
      const before = this.numbers.subarray(0, this.count);
      this.codes = new Uint8Array(Math.max(1024, 2 * this.count));
      this.count = 0;
      for (const value of before) this.addCode(Number.isNaN(value) ? '' : String(value));
      this.numbers = new Float64Array(0);
    }
    this.addCode(word);
  }

  /** Null where the column holds more than `mostWords` different words. */
  words(): { values: string[]; codes: Uint8Array } | null {
    if (this.codeOf.size > mostWords) return null;
    return { values: [...this.codeOf.keys()], codes: this.codes.slice(0, this.count) };
  }

  values(): Float64Array {
    return this.numbers.slice(0, this.count);
  }

  private addCode(word: string): void {
    if (this.count === this.codes.length) {
      const larger = new Uint8Array(this.count * 2);
      larger.set(this.codes);
      this.codes = larger;
    }
    let code = word === '' ? 255 : this.codeOf.get(word);
    if (code === undefined) {
      code = Math.min(this.codeOf.size, 254);
      if (this.codeOf.size <= mostWords) this.codeOf.set(word, code);
    }
    this.codes[this.count++] = code;
  }
}

/** Names as pandas makes them unique (`x`, `x.1`); a nameless column is `column 1`. */
function uniqueNames(header: string[], notes: string[]): string[] {
  const taken = new Set<string>();
  return header.map((cell, i) => {
    const wanted = cell === '' ? `column ${i + 1}` : cell;
    let name = wanted;
    for (let n = 1; taken.has(name) || (n > 1 && header.includes(name)); n++) name = `${wanted}.${n}`;
    if (taken.has(wanted)) notes.push(`Two columns are named "${wanted}": the later one is named "${name}".`);
    taken.add(name);
    return name;
  });
}

function finish(builders: ColumnBuilder[], rows: number, name: string, notes: string[]): Table {
  const table: Table = { rows, names: [], columns: [], words: [], notes };
  const skipped: string[] = [];
  for (const builder of builders) {
    if (!builder.isWords) {
      table.names.push(builder.title);
      table.columns.push(builder.values());
      continue;
    }
    const words = builder.words();
    if (words) table.words.push({ name: builder.title, ...words });
    else skipped.push(`"${builder.title}" (such as "${shortened(builder.firstWord)}")`);
  }
  if (skipped.length > 0) {
    notes.push(`${name}: columns that hold no numbers are left out: ${skipped.slice(0, 5).join(', ')}.`);
  }
  return table;
}

const shortened = (word: string): string => (word.length > 24 ? `${word.slice(0, 23)}…` : word);
