import type { Layer, SourceFrame } from '../shared/model.js';
import { escaped } from './values/strings.js';

/** How far a line may have moved since the model was exported. */
const farthest = 40;

export const baseName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;

/**
 * Lines of a text (from 1) that the model's file says its layers come from, as far as they still are there: the same code at
 * that line or, where it was edited since, the nearest of the lines around it.
 */
export function verifiedLines(text: string, file: string, layers: readonly Layer[]): Map<Layer, number[]> {
  const name = baseName(file);
  const lines = text.split('\n').map((line) => line.trim());
  const found = new Map<Layer, number[]>();
  for (const layer of layers) {
    const here = (layer.stack ?? []).filter((frame) => frame.file === name);
    const verified = here.map((frame) => verified1(lines, frame, layer)).filter((line) => line !== null);
    if (verified.length > 0) found.set(layer, verified);
  }
  return found;
}

function verified1(lines: readonly string[], { line, code }: SourceFrame, layer: Layer): number | null {
  // Without its text a line counts if it speaks of the layer.
  const words = code === '' ? wordsOf(layer) : null;
  const isIt = (at: number): boolean => {
    const here = lines[at - 1];
    if (here === undefined || here === '') return false;
    return words ? words.some((word) => here.includes(word)) : here === code;
  };
  for (let away = 0; away <= farthest; away++) {
    if (isIt(line - away)) return line - away;
    if (isIt(line + away)) return line + away;
  }
  return null;
}

/**
 * The line that a model's file states for a layer into which a batch norm was folded is the batch norm's. Where code calls the
 * layer in a line of its own, that is this one, counted as the model counts; null where the text does not say.
 */
export function lineOfFolded(text: string, layer: Layer): number | null {
  const [frame] = layer.stack ?? [];
  if (!frame?.code || !layer.module || !layer.aliases?.length) return null;
  const calls = (module: string, code: string) => new RegExp(`\\.${escaped(module.split('.').at(-1)!)}\\(`).test(code);
  if (calls(layer.module, frame.code) || !layer.aliases.some((alias) => calls(alias, frame.code))) return null;
  const lines = text.split('\n').map((line) => line.trim());
  const now = verified1(lines, frame, layer);
  if (now === null) return null;
  for (let up = 1; up <= farthest && up < now; up++) {
    const code = lines[now - 1 - up];
    if (/^(async\s+)?def\b/.test(code)) return null;
    if (calls(layer.module, code)) return frame.line - up;
  }
  return null;
}

const wordsOf = ({ module }: Layer): string[] =>
  (module ?? '').split(/[./]/).filter((name) => /^[^\W\d]\w*$/u.test(name));

/** Share of the lines stated for a file that are still in its text; null where the model states none for it. */
export function verifiedShare(text: string, file: string, layers: readonly Layer[]): number | null {
  const name = baseName(file);
  const stated = layers.filter(({ stack }) => stack?.some((frame) => frame.file === name)).length;
  return stated === 0 ? null : verifiedLines(text, file, layers).size / stated;
}
