import path from 'node:path';
import type { ModelStructure } from '../shared/model.js';
import { linkCode } from './link.js';
import type { PythonProgram } from './program.js';
import { baseName, verifiedShare } from './sourceLines.js';

/** A model that may have been made by some code. */
export interface ModelCandidate {
  path: string;
  structure: ModelStructure;
}

/** Why a model is taken for the one that some code makes, the best reason first. */
export type ModelEvidence = 'source lines' | 'export call' | 'folder';

export interface ModelChoice {
  model: string;
  evidence: ModelEvidence;
}

/** Fewer of a model's lines than this are in other files of the same name, too. */
const leastShare = 0.5;
const ranks: Record<ModelEvidence, number> = { 'source lines': 0, 'export call': 1, folder: 2 };

/**
 * The model that belongs to a file of training code, among those near it: whose metadata name lines of the file; else whose
 * file a string of the code names (`torch.onnx.export(net, x, "net.onnx")`); else one in the same folder whose layers the
 * code makes. Among equals the one whose layers the code explains best, then the nearest. Null where none is any of these.
 */
export function modelOfFile(program: PythonProgram, candidates: readonly ModelCandidate[]): ModelChoice | null {
  const text = textOf(program);
  const named = exportedNames(text);
  const rated = candidates.flatMap(({ path: model, structure }) => {
    const share = verifiedShare(text, program.file, structure.layers);
    const isNamed = named.some((pattern) => pattern.test(baseName(model)));
    const isBeside = path.dirname(model) === path.dirname(program.file);
    const evidence: ModelEvidence | null =
      share !== null && share >= leastShare ? 'source lines' : isNamed ? 'export call' : isBeside ? 'folder' : null;
    return evidence ? [{ model, structure, evidence, isNamed, share: share ?? 0 }] : [];
  });
  const best = Math.min(...rated.map(({ evidence }) => ranks[evidence]));
  const equals = rated.filter(({ evidence }) => ranks[evidence] === best);
  if (equals.length === 0) return null;
  if (equals.length === 1 && best < ranks.folder) return { model: equals[0].model, evidence: equals[0].evidence };
  const explained = equals.map((one) => ({ ...one, layers: layersFound(program, one.structure) }));
  // What lies beside by chance has nothing to do with the code.
  const fitting = best === ranks.folder ? explained.filter(({ layers }) => layers > 0) : explained;
  fitting.sort(
    (a, b) =>
      b.layers - a.layers ||
      Number(b.isNamed) - Number(a.isNamed) ||
      b.share - a.share ||
      steps(program.file, a.model) - steps(program.file, b.model) ||
      (a.model < b.model ? -1 : 1),
  );
  const [choice] = fitting;
  return choice ? { model: choice.model, evidence: choice.evidence } : null;
}

const textOf = ({ file, files }: PythonProgram): string => files.get(file)?.cells.join('\n') ?? '';

/** Share of a model's layers that the code makes. */
function layersFound(program: PythonProgram, structure: ModelStructure): number {
  const { definitions } = linkCode(program, structure);
  const tensors = new Set([...definitions.values()].flat().flatMap((place) => place.tensors));
  return structure.layers.length === 0 ? 0 : tensors.size / structure.layers.length;
}

/** File names that the code writes down: `"policy.onnx"`, `f"{name}.onnx"`, `"%s.onnx"`. */
function exportedNames(text: string): RegExp[] {
  const names = [...text.matchAll(/["']([^"'\n]*\.onnx)["']/gi)].map(([, name]) => baseName(name));
  return [...new Set(names)].flatMap((name) => {
    const parts = name.split(/\{[^}]*\}|%\w|%\d*d|\*/);
    // A pattern that says nothing but `.onnx` would fit any model.
    if (
      parts.length > 1 &&
      parts
        .join('')
        .replace(/\.onnx$/i, '')
        .replace(/\W/g, '') === ''
    )
      return [];
    return [new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`, 'i')];
  });
}

const steps = (file: string, model: string): number =>
  path.relative(path.dirname(file), path.dirname(model)).split(path.sep).filter(Boolean).length;
