/** Lines that end with a `.` or `=`: tree-sitter goes on in the next, where Python does not. */
export const dangling = /(?:\.|[^=!<>:]=)[ \t]*\r?$/m;

/**
 * Half-typed code made such that its errors stay in their lines: a `.` or `=` with nothing behind it becomes a blank. So do, in
 * code that does not parse, a bracket that is still open where a statement begins that is indented no more than its own (that
 * of a call becomes a comma), and a quote that is open at the line's end. Every other character keeps its place.
 */
export function mended(text: string, parses: boolean): string {
  const blanks: number[] = [];
  const torn: number[] = [];
  let open: number[] = [];
  let quote = '';
  let quoteAt = 0;
  let indentation = 0;
  let at = 0;
  /** A loose `.` or `=` at the end of the line before, inside brackets. */
  let tail: number[] = [];
  for (const line of text.split('\n')) {
    const rest = line.trimStart();
    if (!quote && rest !== '' && !rest.startsWith('#')) {
      const indented = line.length - rest.length;
      if (open.length > 0 && indented <= indentation && !/^[)\]}]/.test(rest)) {
        torn.push(...open, ...tail);
        open = [];
      }
      if (open.length === 0) indentation = indented;
    }
    let code = line.length;
    for (const { 0: token, index } of line.matchAll(/'''|"""|["'#()[\]{}]|\\./g)) {
      if (quote) {
        if (token === quote) quote = '';
      } else if (token === '#') {
        code = index;
        break;
      } else if (token[0] === '"' || token[0] === "'") {
        quote = token;
        quoteAt = at + index;
      } else if ('([{'.includes(token)) open.push(at + index);
      else if (')]}'.includes(token)) open.pop();
    }
    if (quote.length === 1 && !line.endsWith('\\')) {
      torn.push(quoteAt);
      quote = '';
    }
    const loose = quote ? null : /(?:\.|[^=!<>:]=)\s*$/.exec(line.slice(0, code));
    tail = loose ? [at + line.slice(0, code).trimEnd().length - 1] : [];
    if (open.length === 0) blanks.push(...tail);
    at += line.length + 1;
  }
  if (quote) torn.push(quoteAt, quoteAt + 1, quoteAt + 2);
  torn.push(...open, ...(open.length > 0 ? tail : []));
  if (!parses) blanks.push(...torn);
  if (blanks.length === 0) return text;
  const characters = text.split('');
  for (const blank of blanks) {
    const isCall = characters[blank] === '(' && /[\w)\]]/.test(characters[blank - 1] ?? '');
    if (characters[blank] !== '\n') characters[blank] = isCall ? ',' : ' ';
  }
  return characters.join('');
}
