/** A part of a file that can be parsed alone: one or more statements that begin in the first column. */
export interface TextChunk {
  /** Line of the cell it begins at, from 0. */
  line: number;
  text: string;
}

/** Statements of a script are taken together up to this many lines; imports, which are asked for most, apart from others. */
const scriptLines = 60;

/**
 * Splits a Python text before the statements that begin in its first column, so that each class or function can be parsed by
 * itself, when it is needed, and is not parsed again while other parts are edited. A bracket or quote that was never closed
 * ends before the next class or function: a line inside brackets can't begin with these.
 */
export function chunksOf(text: string): TextChunk[] {
  const lines = text.split('\n');
  const chunks: TextChunk[] = [];
  let from = 0;
  let state: LineState = { depth: 0, quote: '' };
  let decorated = false;
  let script: 'imports' | 'statements' | null = null;
  /** Offsets in the text of the part's beginning, and of the line at hand. */
  let start = 0;
  let at = 0;
  const cut = (to: number) => {
    if (to > from) chunks.push({ line: from, text: text.slice(start, at - 1) });
    [from, start] = [to, at];
  };
  for (let i = 0; i < lines.length; at += lines[i].length + 1, i++) {
    const line = lines[i];
    // Most lines are inside something.
    if (line === '' || line[0] === ' ' || line[0] === '\t') {
      state = after(line, state);
      continue;
    }
    const definition = /^(?:(?:class|def|async\s+def)\b|@)/.test(line);
    if (definition && state.depth > 0 && !state.quote) state = { depth: 0, quote: '' };
    const free = state.depth === 0 && !state.quote;
    const begins = /^[^\s#)\]}]/.test(line) && !/^(else|elif|except|finally)\b/.test(line);
    if (free && begins && (definition || !isStray(lines, i, state))) {
      if (definition) {
        if (!decorated) cut(i);
        decorated = line.startsWith('@');
        script = null;
      } else {
        const kind = /^(import|from)\b/.test(line) ? 'imports' : 'statements';
        if (script !== kind || i - from >= scriptLines) cut(i);
        script = kind;
        decorated = false;
      }
    }
    if (state.quote.length === 3 && definition && !closes(lines, i, state.quote)) {
      state = { depth: 0, quote: '' };
      cut(i);
      script = null;
      decorated = line.startsWith('@');
    }
    state = after(line, state);
  }
  cut(lines.length);
  return chunks;
}

/** What is open at a line's end. */
interface LineState {
  depth: number;
  /** `'''` or `"""`; a plain quote too where the line ends in a backslash. */
  quote: string;
}

/** Whether text that a quote has opened ends at the next one: without a torn quote those that follow come in pairs. */
function closes(lines: readonly string[], from: number, quote: string): boolean {
  let count = 0;
  for (let i = from; i < lines.length; i++) count += lines[i].split(quote).length - 1;
  return count % 2 === 1;
}

/**
 * Whether a line stands in the first column by mistake, inside a block: what follows it goes on as if it were indented, or
 * something was typed into its indentation.
 */
function isStray(lines: readonly string[], at: number, state: LineState): boolean {
  const line = lines[at];
  if (/^[^\w@]\s{2,}\S/.test(line)) return true;
  if (/[:\\]\s*(#.*)?\r?$/.test(line)) return false;
  const { depth, quote } = after(line, state);
  const next = lines.slice(at + 1, at + 20).find((other) => /^\s*[^\s#]/.test(other));
  return depth === 0 && !quote && next !== undefined && /^\s/.test(next);
}

const tokens = /'''|"""|["'#()[\]{}]|\\./g;

function after(line: string, { depth, quote }: LineState): LineState {
  tokens.lastIndex = 0;
  for (let match = tokens.exec(line); match; match = tokens.exec(line)) {
    const [token] = match;
    if (quote) {
      if (token === quote) quote = '';
      else if (token.length === 3 && token[0] === quote) {
        // Inside '...' the three quotes are an end and the beginning of another.
        quote = '';
        tokens.lastIndex = match.index + 1;
      } else if (quote.length === 3 && token.length === 1) continue;
    } else if (token === '#') break;
    else if (token[0] === '"' || token[0] === "'") quote = token;
    else if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) depth = Math.max(0, depth - 1);
  }
  const continued = line.endsWith('\\');
  return { depth, quote: quote.length === 3 || continued ? quote : '' };
}
