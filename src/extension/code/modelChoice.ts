import path from 'node:path';
import type { ModelStructure } from '../../shared/model.js';

export interface CandidateModel {
  /** Path of the file. */
  model: string;
  structure: ModelStructure;
}

export type ChoiceReason = 'chosen' | 'source lines' | 'export call' | 'same folder';

/** Names of .onnx files that a code mentions: those that its export calls write, among others. */
export const mentionedModels = (text: string): Set<string> =>
  new Set([...text.matchAll(/["']([^"'\n]*?)([^"'\n/\\]+\.onnx)["']/gi)].map(([, , name]) => name));

/**
 * Which model a file of training code is about: the one whose metadata name lines that the file holds; the one whose name
 * the code writes; one in the same folder. Candidates are given in the order in which they are preferred otherwise. Null
 * where none fits.
 *
 * @param file path of the code
 */
export function modelOfCode(
  file: string,
  text: string,
  candidates: readonly CandidateModel[],
): { model: string; reason: ChoiceReason } | null {
  const pick = (reason: ChoiceReason, fits: (candidate: CandidateModel) => boolean) => {
    const found = candidates.find(fits);
    return found ? { model: found.model, reason } : null;
  };
  const mentioned = mentionedModels(text);
  const isMentioned = ({ model }: CandidateModel) => mentioned.has(path.basename(model));
  const name = path.basename(file);
  const hasLines = ({ structure }: CandidateModel) => sourceLines(structure, name).some((line) => text.includes(line));
  return (
    pick('source lines', (candidate) => isMentioned(candidate) && hasLines(candidate)) ??
    pick('source lines', hasLines) ??
    pick('export call', isMentioned) ??
    pick('same folder', ({ model }) => path.dirname(model) === path.dirname(file))
  );
}

/** Lines of the file of that name which the model was traced through, as far as it says. */
function sourceLines({ layers }: ModelStructure, name: string): string[] {
  const frames = layers.flatMap(({ stack = [] }) => stack);
  return [...new Set(frames.filter(({ file, code }) => file === name && code.length > 5).map(({ code }) => code))];
}
