import type { CodePlace } from '../../source/index.js';

/** A line to put a lens above, with the tensors it stands for; null: the whole model's. */
export interface Landmark {
  /** From 0. */
  line: number;
  kind: 'class' | 'export' | 'layer';
  tensors: readonly string[] | null;
}

const exportCalls =
  /\b(onnx\s*\.\s*export|onnx_program\s*\.\s*save|tf2onnx\s*\.\s*convert|convert\s*\.\s*from_keras|save_onnx|to_onnx)\s*\(|\.\s*export\s*\([^\n]*onnx/;

/**
 * Where a code has its model classes and its export calls: classes in whose bodies layers of the model are made, and lines
 * that call an exporter.
 *
 * @param places of the text, the definitions among them
 */
export function landmarks(text: string, places: readonly CodePlace[]): Landmark[] {
  const lines = text.split(/\r?\n/);
  const classes = new Map<number, Set<string>>();
  for (const { kind, line, tensors } of places) {
    if (kind !== 'definition') continue;
    const at = classAround(lines, line - 1);
    if (at === null) continue;
    const of = classes.get(at) ?? new Set();
    for (const tensor of tensors) of.add(tensor);
    classes.set(at, of);
  }
  const found: Landmark[] = [...classes].map(([line, tensors]) => ({ line, kind: 'class', tensors: [...tensors] }));
  if (places.length > 0)
    lines.forEach((code, line) => {
      if (exportCalls.test(code.replace(/#.*/, ''))) found.push({ line, kind: 'export', tensors: null });
    });
  return found.sort((a, b) => a.line - b.line);
}

/** The line of the class in whose body a line stands: the next one above that is indented less than all between. */
function classAround(lines: readonly string[], line: number): number | null {
  let indent = indentOf(lines[line] ?? '');
  for (let at = line - 1; at >= 0 && indent > 0; at--) {
    const code = lines[at];
    if (code.trim() === '' || code.trimStart().startsWith('#') || indentOf(code) >= indent) continue;
    if (/^\s*class\b/.test(code)) return at;
    // A closing bracket's line is indented like the statement it ends; only what opens a block encloses.
    if (/^\s*(async\s+def|def|if|elif|else|for|while|with|try|except|finally|match|case)\b/.test(code))
      indent = indentOf(code);
  }
  return null;
}

const indentOf = (code: string): number => code.length - code.trimStart().length;
