const missing = new Set(['', 'nan', 'na', 'n/a', 'null', 'none']);
const named = new Map([
  ['true', 1],
  ['false', 0],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
]);
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const decimalComma = /^[+-]?\d*,\d+([eE][+-]?\d+)?$/;

/** Powers of ten that a double holds exactly: one multiplication or division by them rounds once, so correctly. */
const powers = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

/** Reads numbers as tables hold them: NaN for a missing value, null for what is no number. */
export class NumberReader {
  /** @param commas whether `0,5` is a number (where commas don't separate the cells) */
  constructor(private readonly commas: boolean) {}

  of(cell: string): number | null {
    const text = cell.trim();
    if (decimal.test(text)) return Number(text);
    const lower = text.toLowerCase();
    if (missing.has(lower)) return NaN;
    if (named.has(lower)) return named.get(lower)!;
    return this.commas && decimalComma.test(text) ? Number(text.replace(',', '.')) : null;
  }

  /** The cell at bytes [start, end): digits, point and exponent without a detour over strings. */
  at(bytes: Buffer, start: number, end: number): number | null {
    let at = start;
    const negative = bytes[at] === 45;
    if (negative || bytes[at] === 43) at++;
    let mantissa = 0;
    let digits = 0;
    let exponent = 0;
    let point = false;
    for (; at < end; at++) {
      const digit = bytes[at] - 48;
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        if (mantissa > 0) digits++;
        if (point) exponent--;
      } else if (bytes[at] === 46 && !point) point = true;
      else return this.of(bytes.toString('utf8', start, end));
    }
    // 15 digits are exact in a double; a cell without a digit ('', '.', '-') is left to the slow path.
    const plain = digits <= 15 && exponent >= -22 && end > start && bytes[end - 1] >= 48;
    if (!plain) return this.of(bytes.toString('utf8', start, end));
    const value = mantissa / powers[-exponent];
    return negative ? -value : value;
  }
}
