export const comma = 44;
export const newline = 10;
const quote = 34;
const carriageReturn = 13;
const semicolon = 59;
const tab = 9;

/** Goes through the cells of the file, one at a time. */
export class CellReader {
  start = 0;
  end = 0;
  quoted = false;
  endsRow = false;
  /** Line on which the cell ends, from 1. */
  line = 0;
  private at: number;
  private nextLine = 1;
  private inRow = false;

  constructor(
    private readonly bytes: Buffer,
    start: number,
    private readonly separator: number,
    private readonly refuse: (what: string, hint?: string) => never,
  ) {
    this.at = start;
  }

  restart(at: number): void {
    this.at = at;
    this.nextLine = 1;
    this.inRow = false;
  }

  /** False at the end of the file. */
  next(): boolean {
    const { bytes, separator } = this;
    let at = this.at;
    if (!this.inRow) {
      while (at < bytes.length && (bytes[at] === newline || bytes[at] === carriageReturn)) {
        if (bytes[at] === newline || bytes[at + 1] !== newline) this.nextLine++;
        at++;
      }
      if (at >= bytes.length) return false;
    }
    this.quoted = bytes[at] === quote;
    if (this.quoted) {
      const opened = this.nextLine;
      this.start = ++at;
      for (;;) {
        if (at >= bytes.length) this.refuse(`the quote that opens on line ${opened} is never closed`);
        if (bytes[at] === quote) {
          if (bytes[at + 1] !== quote) break;
          at++;
        } else if (bytes[at] === newline) this.nextLine++;
        at++;
      }
      this.end = at++;
      const after = bytes[at];
      if (at < bytes.length && after !== separator && after !== newline && after !== carriageReturn) {
        this.refuse(`line ${this.nextLine}: a quoted cell goes on after its closing quote`);
      }
    } else {
      this.start = at;
      while (at < bytes.length && bytes[at] !== separator && bytes[at] !== newline && bytes[at] !== carriageReturn)
        at++;
      this.end = at;
    }
    this.line = this.nextLine;
    this.endsRow = at >= bytes.length || bytes[at] !== separator;
    this.inRow = !this.endsRow;
    // A line's end stays for the next call, which skips blank lines and counts.
    this.at = this.endsRow ? at : at + 1;
    return true;
  }

  text(): string {
    const text = this.bytes.toString('utf8', this.start, this.end);
    return this.quoted ? text.replaceAll('""', '"') : text;
  }
}

/** Comma, unless the first line that is not blank has none and has tabs or semicolons. */
export function separatorOf(bytes: Buffer, start: number): number {
  const counts = new Map<number, number>([
    [comma, 0],
    [semicolon, 0],
    [tab, 0],
  ]);
  let inQuotes = false;
  let seen = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) inQuotes = !inQuotes;
    if (inQuotes) continue;
    if (byte === newline || byte === carriageReturn) {
      if (seen) break;
      continue;
    }
    seen = true;
    if (counts.has(byte)) counts.set(byte, counts.get(byte)! + 1);
  }
  if (counts.get(comma)) return comma;
  if (counts.get(semicolon)) return semicolon;
  return counts.get(tab) ? tab : comma;
}
