/** A statement of one line, or a compound statement's head; with what stands in brackets it may be several lines of text. */
export interface LogicalLine {
  /** Offsets: of the first line, of its code, and behind the code, comments left out. */
  lineStart: number;
  start: number;
  end: number;
}

/** The logical lines of a text whose brackets and quotes are closed; blank lines and comments are none. */
export function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  const tokens = /'''|"""|["'#()[\]{}\n]|\\[^]/g;
  let quote = '';
  let depth = 0;
  let lineStart = 0;
  let comment: number | null = null;
  const close = (at: number) => {
    const code = text.slice(lineStart, comment ?? at);
    const start = lineStart + code.length - code.trimStart().length;
    if (code.trim() !== '') lines.push({ lineStart, start, end: lineStart + code.trimEnd().length });
    lineStart = at + 1;
    comment = null;
  };
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const [token] = match;
    if (quote) {
      if (token === quote || (token === '\n' && quote.length === 1)) {
        quote = '';
        if (token === '\n') tokens.lastIndex = match.index;
      } else if (quote.length === 1 && token.startsWith(quote)) {
        quote = '';
        tokens.lastIndex = match.index + 1;
      }
    } else if (token === '\n') {
      if (depth === 0) close(match.index);
    } else if (token === '#') {
      if (depth === 0) comment = match.index;
      const end = text.indexOf('\n', match.index);
      tokens.lastIndex = end < 0 ? text.length : end;
    } else if (token[0] === '"' || token[0] === "'") quote = token;
    else if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) depth = Math.max(0, depth - 1);
  }
  close(text.length);
  return lines;
}
