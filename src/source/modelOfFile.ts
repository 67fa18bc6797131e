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
  const nearer = (a: (typeof equals)[number], b: (typeof equals)[number]) =>
    Number(b.isNamed) - Number(a.isNamed) ||
    b.share - a.share ||
    steps(program.file, a.model) - steps(program.file, b.model) ||
    (a.model < b.model ? -1 : 1);
  const words = wordsOf(program);
  const likely = equals
    .map((one) => ({ ...one, mentioned: namesMentioned(one.structure, words) }))
    .sort((a, b) => b.mentioned - a.mentioned || nearer(a, b));
  const explained: ((typeof equals)[number] & { layers: number })[] = [];
  const known = new Map<string, number>();
  for (const one of likely) {
    // Checkpoints of one network are looked at once.
    const form = formOf(one.structure);
    const layers = known.get(form) ?? layersFound(program, one.structure);
    known.set(form, layers);
    explained.push({ ...one, layers });
    // None of those that remain can be explained better.
    if (layers === 1) break;
  }
  // What lies beside by chance has nothing to do with the code.
  const fitting = best === ranks.folder ? explained.filter(({ layers }) => layers > 0) : explained;
  const [choice] = fitting.sort((a, b) => b.layers - a.layers || nearer(a, b));
  return choice ? { model: choice.model, evidence: choice.evidence } : null;
}

function wordsOf({ files }: PythonProgram): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { chunks } of files.values())
    for (const { source } of chunks) for (const word of source.words) words.add(word);
  return words;
}

/** Share of a model's layers whose own name is a word of the code: tells where to look first, without running any of it. */
function namesMentioned({ layers }: ModelStructure, words: ReadonlySet<string>): number {
  const isMentioned = ({ module }: ModelStructure['layers'][number]) => {
    const name = module?.split(/[./]/).findLast((segment) => /^[^\W\d]/u.test(segment));
    return name !== undefined && words.has(name);
  };
  return layers.filter(isMentioned).length / Math.max(1, layers.length);
}

/** What the code can tell of a model. */
const formOf = ({ layers, modules }: ModelStructure): string =>
  JSON.stringify([modules, layers.map(({ module, aliases, op, shape, units }) => [module, aliases, op, shape, units])]);

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
