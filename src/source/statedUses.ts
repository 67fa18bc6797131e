import type { Layer, ModelStructure } from '../shared/model.js';
import type { CodePlace } from './link.js';
import type { PythonProgram } from './program.js';
import { verifiedLines } from './sourceLines.js';

/**
 * What the lines that the model's file states add to the uses of the file at hand: a use that stands where the model says is
 * exact, and a function that stands there (`F.relu(x)`) is a use of the module whose code it is in.
 */
export function withStatedUses(program: PythonProgram, { layers }: ModelStructure, places: CodePlace[]): CodePlace[] {
  const index = program.files.get(program.file);
  if (!index || index.isNotebook) return places;
  const [text] = index.cells;
  const lines = text.split('\n');
  const byLine = new Map<number, CodePlace[]>();
  for (const place of places)
    if (place.kind === 'use') byLine.set(place.line, [...(byLine.get(place.line) ?? []), place]);
  const functions = new Map<string, CodePlace>();
  for (const [layer, stated] of verifiedLines(text, program.file, layers)) {
    for (const line of stated)
      for (const place of byLine.get(line) ?? []) if (place.tensors.includes(layer.name)) place.certainty = 'exact';
    const [innermost] = stated;
    if (!layer.module || (byLine.get(innermost) ?? []).some(({ tensors }) => tensors.includes(layer.name))) continue;
    const found = functionAt(lines[innermost - 1], layer);
    if (!found) continue;
    const key = `${innermost}:${found.column}`;
    const known = functions.get(key);
    if (known) {
      if (!known.layers.includes(layer.module)) known.layers.push(layer.module);
      known.tensors.push(layer.name);
    } else
      functions.set(key, {
        line: innermost,
        ...found,
        kind: 'use',
        layers: [layer.module],
        tensors: [layer.name],
        certainty: 'exact',
      });
  }
  return [...places, ...functions.values()];
}

/** The call of a function that is named as the operator: `F.leaky_relu(` for LeakyRelu. */
function functionAt(line: string, { op }: Layer): Pick<CodePlace, 'column' | 'endColumn' | 'text'> | null {
  const plain = (name: string) => name.replace(/_/g, '').toLowerCase();
  const wanted = plain(op.slice(op.lastIndexOf('.') + 1));
  for (const match of line.replace(/#.*/, '').matchAll(/([^\W\d]\w*)\s*\(/gu)) {
    const [, name] = match;
    if (plain(name) === wanted)
      return { column: match.index + 1, endColumn: match.index + name.length + 1, text: name };
  }
  return null;
}
