import type { TreeCursor } from 'web-tree-sitter';
import { pythonParser } from './grammar.js';
import { dangling, mended } from './mend.js';
import { repairs } from './repair.js';
import { type EditedText, withEdits } from './textEdits.js';

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

/** The top-level statements of a text; what can't be parsed is left out, or is inside nodes of type ERROR. */
export function parsePython(text: string): Syntax[] {
  let { statements, isWhole } = parse(text);
  let closed = text;
  if (!isWhole || dangling.test(text)) {
    closed = mended(text, isWhole);
    if (closed !== text) ({ statements, isWhole } = parse(closed));
  }
  const edits = repairs(closed, isWhole ? null : hasNoError);
  if (edits.length === 0) return statements;
  const repaired = withEdits(closed, edits);
  return parse(repaired.text, repaired).statements;
}

function parse(text: string, edited?: EditedText): { statements: Syntax[]; isWhole: boolean } {
  const tree = pythonParser().parse(text);
  if (!tree) return { statements: [], isWhole: true };
  try {
    const cursor = tree.walk();
    try {
      return { statements: copy(cursor, 0, edited).children, isWhole: !tree.rootNode.hasError };
    } finally {
      cursor.delete();
    }
  } finally {
    tree.delete();
  }
}

function hasNoError(text: string): boolean {
  const tree = pythonParser().parse(text);
  if (!tree) return false;
  try {
    return !tree.rootNode.hasError;
  } finally {
    tree.delete();
  }
}

const noFields: Record<string, Syntax | undefined> = Object.freeze({});
const leaves = new Set(['identifier', 'integer', 'float', 'comment', 'string_content', 'escape_sequence']);

/** @param edited what was parsed, where that is not the text itself */
function copy(cursor: TreeCursor, depth: number, edited?: EditedText): Syntax {
  const node: Syntax = {
    type: cursor.nodeType,
    start: edited ? edited.startBefore(cursor.startIndex) : cursor.startIndex,
    end: edited ? edited.endBefore(cursor.endIndex) : cursor.endIndex,
    children: [],
    fields: noFields,
  };
  if (leaves.has(node.type) || depth > deepest || !cursor.gotoFirstChild()) return node;
  do {
    // Each question to the cursor is a call into the parser's memory.
    const field = cursor.currentFieldName;
    const isNamed = cursor.nodeIsNamed;
    if (!isNamed && !field) continue;
    const child = copy(cursor, depth + 1, edited);
    if (child.type === 'comment') continue;
    if (isNamed) node.children.push(child);
    if (field) {
      if (node.fields === noFields) node.fields = {};
      node.fields[field] ??= child;
    }
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return node;
}
