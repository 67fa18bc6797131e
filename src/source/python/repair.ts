import { type LogicalLine, logicalLines } from './logicalLines.js';
import type { TextEdit } from './textEdits.js';

/** How the head of a compound statement begins, and what makes the smallest whole statement of it. */
interface Head {
  start: RegExp;
  before?: string;
  /** What it contains; nothing where it stands on the head's own line. */
  body?: string;
  after?: string;
}

const heads: readonly Head[] = [
  { start: /^(class|def|async|if|for|while|with)\b/ },
  { start: /^(elif|else)\b/, before: 'if 1: pass\n' },
  { start: /^(except|finally)\b/, before: 'try: pass\n' },
  { start: /^try\b/, after: '\nfinally: pass' },
  { start: /^match\b.*:$/s, body: '\n case _: pass' },
  { start: /^case\b.*:$/s, before: 'match 1:\n ' },
  { start: /^@/, after: '\ndef f(): pass' },
];

const looksLikeHead =
  /^(class|(async\s+)?def|if|elif|else|for|while|with|try|except|finally|match|case)\b|^\S+\s+\w+\s*[(,]\s*self\b/;

/** Pieces of code with more lines than this are left as they are: each line is parsed by itself. */
const mostLines = 2000;

interface Line extends LogicalLine {
  code: string;
  indent: number;
  /** Its head ends in a colon: a body follows. */
  opens: boolean;
  isSound: boolean;
}

/**
 * What makes half-typed code whole again, line by line, so that an error costs its own statement alone: a line that stands at
 * none of the indentations around it is moved to the nearest, a head whose body is not there yet gets an empty one, a head
 * that was damaged becomes one again, and of a statement that makes no sense what it assigns and names is kept.
 *
 * @param text with its brackets and quotes closed
 * @param parses whether a text has no error in it, asked of single statements; null where the text as a whole has none, though
 *   a line of it may still stand at no indentation around it
 */
export function repairs(text: string, parses: ((code: string) => boolean) | null): TextEdit[] {
  const edits: TextEdit[] = [];
  const found = logicalLines(text);
  if (found.length > mostLines) return [];
  const lines = found.map((line) => lineOf(line, text, parses));
  /** How code is indented by so many characters: tabs stay tabs. */
  const indentations = new Map<number, string>();
  for (const { lineStart, start } of found) indentations.set(start - lineStart, text.slice(lineStart, start));
  const widths = new Map<Line, number>();
  const indented = (line: Line, width: number) => widths.set(line, width);

  const levels = [lines[0]?.indent ?? 0];
  /** Levels that the line before has ended. */
  let ended: number[] = [];
  lines.forEach((line, i) => {
    const before = lines[i - 1];
    const top = levels.at(-1)!;
    const ending: number[] = [];
    if (before?.opens && line.indent <= top) edits.push({ at: before.end, remove: 0, insert: ' pass' });
    if (line.indent > top) {
      const isEnd = ended.includes(line.indent);
      if (before?.opens) levels.push(line.indent);
      else if (before && !before.isSound && (!isEnd || looksLikeHead.test(before.code))) {
        before.opens = true;
        levels.push(line.indent);
      } else if (before && isEnd) {
        // The line before stands too far to the left.
        levels.push(...ended.filter((level) => level <= line.indent).reverse());
        indented(before, line.indent);
      } else indented(line, top);
    } else {
      while (levels.length > 1 && line.indent < levels.at(-1)!) ending.push(levels.pop()!);
      const outer = levels.at(-1)!;
      const inner = ending.at(-1);
      if (outer !== line.indent) {
        if (inner !== undefined && inner - line.indent <= line.indent - outer) {
          levels.push(inner);
          ending.pop();
        }
        indented(line, levels.at(-1)!);
      }
    }
    ended = ending;
  });
  const last = lines.at(-1);
  if (last?.opens) edits.push({ at: last.end, remove: 0, insert: ' pass' });
  lines.forEach((line, i) => {
    const width = widths.get(line) ?? line.indent;
    if (width !== line.indent || line.start !== found[i].start) {
      const insert = indentations.get(width) ?? ' '.repeat(width);
      edits.push({ at: line.lineStart, remove: line.start - line.lineStart, insert });
    }
    if (parses && !line.isSound) edits.push(...(line.opens ? asHead(line, parses) : asStatement(line, parses)));
  });
  return edits;
}

function lineOf(line: LogicalLine, text: string, parses: ((code: string) => boolean) | null): Line {
  const whole = text.slice(line.start, line.end);
  if (!parses)
    return { ...line, code: whole, indent: line.start - line.lineStart, opens: whole.endsWith(':'), isSound: true };
  const isWhole = isSoundLine(whole, parses);
  // What was typed into the indentation is none of the statement.
  const stray = isWhole ? 0 : (/^(?:[^\w\s]\s*|\w\s{2,})(?=\S)/.exec(whole)?.[0].length ?? 0);
  const isSound = isWhole || (stray > 0 && isSoundLine(whole.slice(stray), parses));
  const start = line.start + (isSound ? stray : 0);
  const code = text.slice(start, line.end);
  return { ...line, start, code, indent: start - line.lineStart, opens: code.endsWith(':'), isSound };
}

function isSoundLine(code: string, parses: (code: string) => boolean): boolean {
  const head = heads.find(({ start }) => start.test(code));
  if (!head) return parses(code);
  const { before = '', body = ' pass', after = '' } = head;
  return parses(`${before}${code}${code.endsWith(':') ? body : ''}${after}`);
}

/** Makes a line the head of a compound statement. */
function asHead({ code, start, end }: Line, parses: (code: string) => boolean): TextEdit[] {
  if (heads.some((head) => head.start.test(code)) && isSoundLine(`${code}:`, parses))
    return [{ at: end, remove: 0, insert: ':' }];
  const between = (from: number, to: number, insert: string): TextEdit => ({
    at: start + from,
    remove: to - from,
    insert,
  });
  const joined = /^(?:def|class)(?=[^\W\d])/u.exec(code)?.[0].length;
  if (joined && parses(`${code.slice(0, joined)} ${code.slice(joined)} pass`))
    return [{ at: start + joined, remove: 0, insert: ' ' }];
  const [definition, name] = methodName(code);
  if (definition !== undefined && name !== undefined)
    return [between(0, definition, 'def '), between(definition + name, code.length, '(self):')];
  const found = /^class\s+(\w+)\W*([\w.]*\w)?/d.exec(code);
  if (found?.indices?.[2]) {
    const [, [, nameEnd], [from, to]] = found.indices;
    return [between(nameEnd, from, '('), between(to, code.length, '):')];
  }
  return [between(0, code.length, /^\W*(fo?r?|or|wh?i?l?e?|hile)\b/.test(code) ? 'while 1:' : 'with 0:')];
}

/** Where the name of a method begins in its head, and how long it is. */
function methodName(code: string): [number, number] | [] {
  const found = /^(?:async\s+)?def\s+(\w+)|^\S*\s+(\w+)\s*[(,]\s*self\b/d.exec(code);
  const range = found?.indices?.[1] ?? found?.indices?.[2];
  return range ? [range[0], range[1] - range[0]] : [];
}

const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** Keeps of a statement what it assigns to, what is called for that, and all names in it. */
function asStatement(line: Line, parses: (code: string) => boolean): TextEdit[] {
  const { code, start } = line;
  const plain = code.replace(/'[^'\n]*'?|"[^"\n]*"?/g, (text) => ' '.repeat(text.length));
  const names = [...plain.matchAll(/[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*/gu)].filter(([name]) => !keywords.has(name));
  if (names.length === 0) return [{ at: start, remove: code.length, insert: 'pass' }];
  if (/^(from|import)\b/.test(code)) return asImport(line, parses);
  const [target, ...rest] = names;
  const isAssigned = target.index === 0 && /^\s*(:[^=]*)?=(?!=)/.test(plain.slice(target[0].length));
  const isAttribute = isAssigned && target[0].includes('.');
  const kept = isAttribute ? names.slice(0, 2) : names;
  const edits: TextEdit[] = [];
  let at = 0;
  kept.forEach(({ 0: name, index }, i) => {
    const join = i === 0 ? '' : i === 1 && isAssigned && rest.length > 0 ? ' = ' : ', ';
    edits.push({ at: start + at, remove: index - at, insert: join });
    at = index + name.length;
  });
  edits.push({ at: start + at, remove: code.length - at, insert: isAttribute && kept.length === 2 ? '()' : '' });
  return edits;
}

/** Keeps of an import what makes sense from its beginning. */
function asImport({ code, start }: Line, parses: (code: string) => boolean): TextEdit[] {
  const ends = [...code.matchAll(/\w(?!\w)/g)].map(({ index }) => index + 1);
  const end = ends.reverse().find((to) => parses(code.slice(0, to))) ?? 0;
  return [{ at: start + end, remove: code.length - end, insert: end === 0 ? 'pass' : '' }];
}
