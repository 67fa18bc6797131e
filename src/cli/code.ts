import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../shared/userError.js';
import { readModel, structureOf } from '../engine/onnx/index.js';
import {
  type CodePlace,
  indexNotebook,
  indexPython,
  largestCode,
  linkCode,
  loadPython,
  type ModelCandidate,
  type ModelEvidence,
  modelOfFile,
  type PythonIndex,
  type PythonProgram,
  readProgram,
} from '../source/index.js';
import { parseCommand } from './arguments.js';
import { modelsNear } from './modelsNear.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

/** Ties training code to a model: which place of the code makes or uses which of its layers. */
export async function code(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand('code', args, { model: { type: 'string' }, json: { type: 'boolean' } });
  if (positionals.length !== 1) throw new UsageError('code wants one FILE', 'code');
  const [file] = positionals;
  const program = await readProgram(file, await readCode(file), (other) => readCode(other).catch(() => null));
  const { model, structure, evidence } = values.model
    ? { model: values.model, structure: structureOf(await readModel(values.model)), evidence: null }
    : await modelOf(program);
  const { places, unmatched } = linkCode(program, structure);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ schema: 'onnxplain/1', file, model, places, unmatched }, withoutMakes, 2)}\n`
      : linkText(model, evidence, places, unmatched),
  );
}

/** For programs the layers tell enough. */
const withoutMakes = (key: string, value: unknown): unknown => (key === 'makes' ? undefined : value);

async function readCode(file: string): Promise<PythonIndex> {
  const problem = (reason: string) =>
    new UserError(`${file}: ${reason}`, { hint: 'name a .py or .ipynb file', code: 'code/unreadable' });
  const found = await stat(file).catch(() => null);
  if (!found) throw problem('no such file');
  if (!found.isFile()) throw problem('it is not a file');
  if (found.size > largestCode) {
    const [has, most] = [found.size, largestCode].map((bytes) => Number((bytes / 2 ** 20).toFixed(1)));
    throw problem(`${has} MB are too much for training code, at most ${most} are read`);
  }
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem(`it cannot be read (${error.code})`);
  });
  if (!/\.(py\w?|ipynb)$/i.test(file) && text.includes('\0')) throw problem('it is no Python');
  await loadPython();
  return /\.ipynb$/i.test(file) ? indexNotebook(text, file) : indexPython(text);
}

async function modelOf(program: PythonProgram): Promise<ModelCandidate & { model: string; evidence: ModelEvidence }> {
  const candidates: ModelCandidate[] = [];
  for (const near of await modelsNear(program.file)) {
    // A file that is no model is no candidate; naming it with --model says why.
    const structure = await readModel(near).then(structureOf, () => null);
    if (structure) candidates.push({ path: near, structure });
  }
  const choice = modelOfFile(program, candidates);
  const candidate = candidates.find((one) => one.path === choice?.model);
  if (!choice || !candidate)
    throw new UserError(`${program.file}: no model near it belongs to it`, {
      hint: 'name the model with --model',
      code: 'code/no-model',
    });
  return { ...candidate, model: candidate.path, evidence: choice.evidence };
}

const reasons: Record<ModelEvidence, string> = {
  'source lines': 'it names lines of this file',
  'export call': 'this file names it',
  folder: 'it lies beside this file, and its layers are made here',
};

function linkText(model: string, evidence: ModelEvidence | null, places: CodePlace[], unmatched: string[]): string {
  const isNotebook = places.some(({ cell }) => cell !== undefined);
  const rows = places.map(({ line, column, cell, kind, text, layers, certainty }) => [
    cell === undefined ? '' : String(cell),
    `${line}:${column}`,
    kind,
    printable(text),
    printable(layers.join(', ')),
    certainty,
  ]);
  const header = ['cell', 'place', 'kind', 'name', 'layers', 'certainty'];
  const count = places.length === 1 ? '1 place' : `${places.length.toLocaleString('en')} places`;
  return (
    `model  ${printable(path.normalize(model))}${evidence ? ` (${reasons[evidence]})` : ''}\n` +
    `${count}\n\n` +
    (places.length > 0 ? textTable(header, rows, isNotebook ? ['cell'] : []) : '') +
    (unmatched.length > 0 ? `\nnot found: ${unmatched.map(printable).join(', ')}\n` : '')
  );
}
