import path from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from '../../shared/userError.js';
import { ColumnBuilder, tableOfColumns, uniqueNames } from './columnBuilder.js';
import { readingError } from './dataFile.js';
import type { Table } from './table.js';

/** What a Parquet file's footer says, which stands at its end. */
export interface ParquetHead {
  rows: number;
  /** Columns of one value a row. */
  columns: string[];
  /** Lists, maps and groups, which have no value a row. */
  nested: string[];
}

export async function parquetHead(file: string): Promise<ParquetHead> {
  return opened(file, async (buffer) => headOf(await parquetMetadataAsync(buffer)));
}

function headOf(metadata: Awaited<ReturnType<typeof parquetMetadataAsync>>): ParquetHead {
  const { children } = parquetSchema(metadata);
  const isFlat = ({ children: inner, element }: (typeof children)[number]) =>
    inner.length === 0 && element.repetition_type !== 'REPEATED';
  return {
    rows: Number(metadata.num_rows),
    columns: children.filter(isFlat).map(({ element }) => element.name),
    nested: children.filter((child) => !isFlat(child)).map(({ element }) => element.name),
  };
}

/**
 * A table from a Parquet file, column after column: numbers, booleans as 1 and 0, dates as milliseconds since 1970, words as
 * classes. A missing value is NaN. Nested columns are left out, with a note.
 *
 * @throws UserError where the file is damaged or encrypted, or has no column of one value a row
 */
export async function readParquet(file: string): Promise<Table> {
  const name = path.basename(file);
  const builders: ColumnBuilder[] = [];
  const { rows, notes } = await readColumns(
    file,
    (title) => builders.push(new ColumnBuilder(title)),
    (value) => add(builders.at(-1)!, value),
  );
  return tableOfColumns(builders, rows, name, notes);
}

/** The file's columns of one value a row, each with all its values: for tables of words. */
export async function parquetColumns(file: string): Promise<{ name: string; values: unknown[] }[]> {
  const columns: { name: string; values: unknown[] }[] = [];
  await readColumns(
    file,
    (name) => columns.push({ name, values: [] }),
    (value) => columns.at(-1)!.values.push(value),
  );
  return columns;
}

/** Calls `begin` with each column's name, then `each` with its values in the order of rows. */
async function readColumns(
  file: string,
  begin: (name: string) => void,
  each: (value: unknown) => void,
): Promise<{ rows: number; notes: string[] }> {
  const name = path.basename(file);
  return opened(file, async (buffer) => {
    const scan = await parquetScan({ file: buffer, compressors });
    const { rows, columns, nested } = headOf(scan.metadata);
    if (rows === 0) throw new UserError(`${name} has no rows`, { code: 'table/unreadable' });
    if (columns.length === 0) {
      throw new UserError(`${name}: all its columns are nested: ${listed(nested)}`, {
        hint: 'save a table with one value a row and column',
        code: 'table/unreadable',
      });
    }
    const notes = nested.length > 0 ? [`${name}: nested columns are left out: ${listed(nested)}.`] : [];
    const titles = uniqueNames(columns, notes);
    for (const [i, column] of columns.entries()) {
      begin(titles[i]);
      let read = 0;
      for (const { rowStart, rowEnd } of scan.ranges) {
        const values = await scan.readColumn({ column, rowStart, rowEnd });
        if (values.length !== rowEnd - rowStart) throw new Error(`column "${column}" is cut short`);
        for (let row = 0; row < values.length; row++) each(values[row]);
        read += values.length;
      }
      if (read !== rows) throw new Error(`column "${column}" has ${read} rows of ${rows}`);
    }
    return { rows, notes };
  });
}

function add(builder: ColumnBuilder, value: unknown): void {
  const number =
    value === null || value === undefined
      ? NaN
      : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof Date
        ? Number(value)
        : null;
  if (number !== null && !builder.isWords) builder.addNumber(number);
  else if (number !== null) builder.addWord(Number.isNaN(number) ? '' : String(value));
  else builder.addWord(typeof value === 'string' ? value.trim() : (JSON.stringify(value) ?? ''));
}

async function opened<T>(
  file: string,
  use: (buffer: Awaited<ReturnType<typeof asyncBufferFromFile>>) => Promise<T>,
): Promise<T> {
  const name = path.basename(file);
  try {
    const buffer = await asyncBufferFromFile(file);
    if (buffer.byteLength < 12) throw new Error('the file is too short');
    return await use(buffer);
  } catch (error) {
    const read = readingError(file, error);
    if (read !== error || error instanceof UserError) throw read;
    const why = error instanceof Error ? error.message.replace(/^parquet (file )?/i, '') : String(error);
    throw new UserError(`${name}: not a Parquet file, or a damaged one (${why})`, {
      hint: 'check that it was written to its end',
      code: 'table/unreadable',
      cause: error,
    });
  }
}

const listed = (names: string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
