/** Columns of equal length; a missing value is NaN. */
export interface Table {
  rows: number;
  names: string[];
  columns: Float64Array[];
  /** Columns of words (a class, a species): `codes` are indices into `values`, 255 where the cell is empty. */
  words: WordColumn[];
  /** What was read otherwise than it stands, one sentence each. */
  notes: string[];
}

export interface WordColumn {
  name: string;
  values: string[];
  codes: Uint8Array;
}

/** The table's columns by name. */
export const columnsByName = (table: Table): Map<string, Float64Array> =>
  new Map(table.names.map((name, i) => [name, table.columns[i]]));
