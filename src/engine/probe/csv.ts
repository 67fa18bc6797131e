import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { CellReader, comma, newline, separatorOf } from './cells.js';
import { readingError } from './dataFile.js';
import type { Table } from './table.js';
import { ColumnBuilder, tableOfColumns, uniqueNames } from './columnBuilder.js';
import { NumberReader } from './number.js';

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
  return tableOfColumns(columns, rows, name, notes);
}
