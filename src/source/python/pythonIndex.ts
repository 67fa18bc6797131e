import { UserError } from '../../shared/userError.js';
import { chunksOf, type TextChunk } from './chunks.js';
import { parsePython, type Syntax } from './syntax.js';

/** Larger texts are no code that people write; nothing is looked for in them. Bytes of a file, or UTF-16 units. */
export const largestCode = 2 ** 22;

/** A Python file or notebook, cut into parts that are parsed when they are needed. */
export interface PythonIndex {
  /** The text of each cell; a file is one cell. */
  readonly cells: readonly string[];
  readonly isNotebook: boolean;
  readonly chunks: readonly Chunk[];
}

/** One or more statements that begin in the first column. */
export interface Chunk {
  /** From 0. */
  readonly cell: number;
  /** Of the cell, from 0. */
  readonly line: number;
  readonly source: ParsedText;
}

/** A text with its syntax; shared by all that hold the same text. */
export interface ParsedText {
  readonly text: string;
  /** Offsets at which lines begin. */
  readonly lineStarts: readonly number[];
  /** Words that can be names, listed at the first look: they tell what need not be parsed. */
  readonly words: ReadonlySet<string>;
  /** Parsed at the first look. */
  readonly statements: readonly Syntax[];
}

/** @param previous the index of the text before an edit: what did not change is taken from there */
export function indexPython(text: string, previous?: PythonIndex): PythonIndex {
  // A byte order mark is none of the text, as editors count.
  return index([text.replace(/^\uFEFF/, '')], false, previous);
}

/** The code cells of an open notebook, in their order. */
export function indexCells(cells: readonly string[], previous?: PythonIndex): PythonIndex {
  return index(cells.map(withoutMagics), true, previous);
}

/** @param json an .ipynb file; UserError where it is none */
export function indexNotebook(json: string, name: string, previous?: PythonIndex): PythonIndex {
  return indexCells(
    notebookCells(json, name).map(({ type, source }) => (type === 'code' ? source : '')),
    previous,
  );
}

function notebookCells(json: string, name: string): { type: string; source: string }[] {
  const refuse = (reason: string) =>
    new UserError(`${name}: is no notebook (${reason})`, { hint: 'name an .ipynb file as Jupyter saves it' });
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    throw refuse('it is not JSON');
  }
  const cells = (content as { cells?: unknown } | null)?.cells;
  if (!Array.isArray(cells)) throw refuse('it has no cells');
  return (cells as ({ cell_type?: unknown; source?: unknown } | null)[]).map((cell) => ({
    type: String(cell?.cell_type),
    source: Array.isArray(cell?.source) ? cell.source.join('') : typeof cell?.source === 'string' ? cell.source : '',
  }));
}

/** IPython's own lines (`%matplotlib`, `!pip`) are blanked; a cell in another language (`%%bash`) is empty. */
function withoutMagics(cell: string): string {
  if (/^\s*%%(?!time|capture|timeit|prun)/.test(cell)) return '';
  return cell.replace(/^[ \t]*[%!?].*$/gm, (line) => ' '.repeat(line.length));
}

function index(cells: readonly string[], isNotebook: boolean, previous?: PythonIndex): PythonIndex {
  const known = new Map(previous?.chunks.map(({ source }) => [source.text, source]));
  const chunks = cells.flatMap((text, cell) =>
    (isCode(text) ? chunksOf(text) : []).map(({ line, text: part }: TextChunk): Chunk => {
      let source = known.get(part);
      if (!source) {
        source = new LazyText(part);
        known.set(part, source);
      }
      return { cell, line, source };
    }),
  );
  return { cells, isNotebook, chunks };
}

/** Binary files have zero bytes. */
const isCode = (text: string): boolean => text.length <= largestCode && !text.includes('\0');

class LazyText implements ParsedText {
  private parsed: Syntax[] | null = null;
  private starts: number[] | null = null;
  private listed: Set<string> | null = null;

  constructor(readonly text: string) {}

  get statements(): readonly Syntax[] {
    this.parsed ??= parsePython(this.text);
    return this.parsed;
  }

  get words(): ReadonlySet<string> {
    this.listed ??= new Set(this.text.match(/[^\W\d]\w*/gu));
    return this.listed;
  }

  get lineStarts(): readonly number[] {
    if (!this.starts) {
      this.starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) this.starts.push(at + 1);
    }
    return this.starts;
  }
}
