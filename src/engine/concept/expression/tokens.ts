import { ExpressionError } from './expressionError.js';

export interface Token {
  kind: 'number' | 'name' | 'symbol' | 'end';
  /** Names without their backticks; symbols and keywords as written. */
  text: string;
  /** In backticks: never a keyword or a function. */
  quoted: boolean;
  position: number;
  length: number;
}

const space = /\s+/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[\p{L}_][\p{L}\p{M}\p{N}_.]*/uy;
const symbol = /\*\*|<=|>=|==|!=|[-+*/%<>(),]/y;
/** What people write who come from other languages, and what it is here. */
const elsewhere = /&&|\|\||<>|[&|!^~=;?:[\]{}'"≤≥≠∧∨¬]/y;
const meant: Record<string, string> = {
  '&&': 'write "and"',
  '&': 'write "and"',
  '∧': 'write "and"',
  '||': 'write "or"',
  '|': 'write "or"',
  '∨': 'write "or"',
  '!': 'write "not"',
  '~': 'write "not"',
  '¬': 'write "not"',
  '=': 'write "==" to compare',
  '<>': 'write "!="',
  '≠': 'write "!="',
  '≤': 'write "<="',
  '≥': 'write ">="',
  '^': 'write "**" for powers',
  '"': 'names with spaces stand in `backticks`; text is not compared',
  "'": 'names with spaces stand in `backticks`; text is not compared',
};

/**
 * The expression's words, an end token last.
 *
 * @throws ExpressionError at the first character that no word begins with
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (position < text.length) {
    let found = match(space);
    if (found !== null) {
      position += found.length;
      continue;
    }
    if (text[position] === '`') {
      const end = text.indexOf('`', position + 1);
      if (end < 0) {
        throw new ExpressionError(text, position, 1, 'the backtick that opens here is never closed');
      }
      const length = end + 1 - position;
      tokens.push({ kind: 'name', text: text.slice(position + 1, end), quoted: true, position, length });
      position = end + 1;
      continue;
    }
    const kind = (found = match(number)) !== null ? 'number' : (found = match(name)) !== null ? 'name' : 'symbol';
    if (kind === 'symbol') found = match(symbol);
    if (found === null) {
      const other = match(elsewhere);
      const wrong = other ?? String.fromCodePoint(text.codePointAt(position)!);
      throw new ExpressionError(text, position, wrong.length, `"${wrong}" has no meaning here`, meant[wrong]);
    }
    tokens.push({ kind, text: found, quoted: false, position, length: found.length });
    position += found.length;
    if (kind === 'number') {
      const glued = match(name);
      if (glued !== null) {
        throw new ExpressionError(
          text,
          position,
          glued.length,
          `"${glued}" follows the number ${found} directly`,
          'write an operator between them; a name that begins with a digit stands in `backticks`',
        );
      }
    }
  }
  tokens.push({ kind: 'end', text: '', quoted: false, position: text.length, length: 0 });
  return tokens;
}
