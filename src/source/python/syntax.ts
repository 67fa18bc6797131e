import type { TreeCursor } from 'web-tree-sitter';
import { pythonParser } from './grammar.js';
import { dangling, mended } from './mend.js';

/**
 * A node of the syntax tree as tree-sitter's Python grammar names it, copied out of the parser's memory. Named nodes only;
 * offsets are UTF-16 units from the start of the text parsed.
 */
export interface Syntax {
  type: string;
  start: number;
  end: number;
  children: Syntax[];
  /** Children by the grammar's field names; of several in one field the first. Operators too. */
  fields: Record<string, Syntax | undefined>;
}

/** Deeper than any code that people write; what is below is left out, so that no text overflows the stack. */
const deepest = 400;

/** The top-level statements of a text; what can't be parsed is inside nodes of type ERROR. */
export function parsePython(text: string): Syntax[] {
  const { statements, isWhole } = parse(text);
  if (isWhole && !dangling.test(text)) return statements;
  const better = mended(text, isWhole);
  return better === text ? statements : parse(better).statements;
}

function parse(text: string): { statements: Syntax[]; isWhole: boolean } {
  const tree = pythonParser().parse(text);
  if (!tree) return { statements: [], isWhole: true };
  try {
    const cursor = tree.walk();
    try {
      return { statements: copy(cursor, 0).children, isWhole: !tree.rootNode.hasError };
    } finally {
      cursor.delete();
    }
  } finally {
    tree.delete();
  }
}

const noFields: Record<string, Syntax | undefined> = Object.freeze({});
const leaves = new Set(['identifier', 'integer', 'float', 'comment', 'string_content', 'escape_sequence']);

function copy(cursor: TreeCursor, depth: number): Syntax {
  const node: Syntax = {
    type: cursor.nodeType,
    start: cursor.startIndex,
    end: cursor.endIndex,
    children: [],
    fields: noFields,
  };
  if (leaves.has(node.type) || depth > deepest || !cursor.gotoFirstChild()) return node;
  do {
    const field = cursor.currentFieldName;
    if (!cursor.nodeIsNamed && !field) continue;
    const child = copy(cursor, depth + 1);
    if (child.type === 'comment') continue;
    if (cursor.nodeIsNamed) node.children.push(child);
    if (field) {
      if (node.fields === noFields) node.fields = {};
      node.fields[field] ??= child;
    }
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return node;
}
