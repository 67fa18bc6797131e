import type { Table } from './table.js';

/** Distinct words that a column may hold to be kept as a column of classes. */
const mostWords = 64;

/** A column while it is read: numbers until a cell is none, from then on words. */
export class ColumnBuilder {
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
export function uniqueNames(header: string[], notes: string[]): string[] {
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

/** The columns as a table; those of too many words are left out, with a note. @param name the file, for notes */
export function tableOfColumns(builders: ColumnBuilder[], rows: number, name: string, notes: string[]): Table {
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
