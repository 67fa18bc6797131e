/** One row of a table of text. */
export interface CsvRow {
  /** On which it begins, from 1. */
  line: number;
  cells: string[];
}

/** Cells of each line that is not blank (RFC 4180: quotes, doubled quotes, CRLF). */
export function csvRows(text: string, refuseLine: (line: number) => never): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  const cell = /(?:"((?:[^"]|"")*)"|(?!")([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
  while (cell.lastIndex < text.length || cells.length > 0) {
    const found = cell.exec(text);
    if (!found) return refuseLine(line);
    cells.push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    line += found[0].match(/\r\n|\n|\r/g)?.length ?? 0;
    if (found[3] === ',') continue;
    if (cells.length > 1 || cells[0].trim() !== '') rows.push({ line: startLine, cells });
    cells = [];
    startLine = line;
    if (found[3] === '') break;
  }
  return rows;
}
