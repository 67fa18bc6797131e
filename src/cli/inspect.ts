import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Dimension, ModelStructure, TensorInfo } from '../shared/model.js';
import { readModel, structureOf } from '../engine/onnx/index.js';
import { largestCode, lineOfFolded } from '../source/index.js';
import { parseCommand } from './arguments.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

/** Training code is looked for in the model's folder and in so many above it. */
const upwards = 2;

export async function inspect(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand('inspect', args, { json: { type: 'boolean' } });
  if (positionals.length !== 1) throw new UsageError('inspect wants one MODEL', 'inspect');
  const structure = await withFoldedLines(structureOf(await readModel(positionals[0])), positionals[0]);
  process.stdout.write(values.json ? `${JSON.stringify(published(structure), null, 2)}\n` : structureText(structure));
}

/** Where the training code is near the model, lines of layers into which a batch norm was folded are theirs, not its. */
async function withFoldedLines(structure: ModelStructure, model: string): Promise<ModelStructure> {
  const texts = new Map<string, Promise<string | null>>();
  const layers = structure.layers.map(async (layer) => {
    if (!layer.source || !layer.aliases) return layer;
    const { file } = layer.source;
    if (!texts.has(file)) texts.set(file, codeNear(model, file));
    const text = await texts.get(file);
    const line = text ? lineOfFolded(text, layer) : null;
    return line === null ? layer : { ...layer, source: { file, line } };
  });
  return { ...structure, layers: await Promise.all(layers) };
}

async function codeNear(model: string, name: string): Promise<string | null> {
  let folder = path.dirname(model);
  for (let i = 0; i <= upwards; i++) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found?.isFile() && found.size <= largestCode) return readFile(file, 'utf8').catch(() => null);
    folder = path.join(folder, '..');
  }
  return null;
}

/** Without what is there for the training code's sake. */
function published({ modules: _modules, layers, ...structure }: ModelStructure) {
  return { ...structure, layers: layers.map(({ stack: _stack, ...layer }) => layer) };
}

const shapeText = (shape: Dimension[] | null) =>
  shape ? shape.map((axis) => axis ?? '?').join(' × ') || 'scalar' : '?';

function tensorText(role: string, tensors: TensorInfo[]): string {
  return tensors.map(({ name, type, shape }) => `${role}  ${printable(name)}: ${type} ${shapeText(shape)}\n`).join('');
}

function structureText(structure: ModelStructure): string {
  const { inputs, outputs, opset, producer, parameters, layers } = structure;
  const rows = layers.map(({ name, node, op, module, source, shape, units, parameters: count }) => [
    printable(name),
    printable(node),
    op,
    printable(module ?? ''),
    source ? `${printable(source.file)}:${source.line}` : '',
    shapeText(shape),
    units?.toString() ?? '?',
    count.toLocaleString('en'),
  ]);
  return (
    tensorText('input ', inputs) +
    tensorText('output', outputs) +
    `opset ${opset}, by ${printable(producer) || 'an unnamed producer'}, ${parameters.toLocaleString('en')} parameters, ${layers.length} layers\n\n` +
    textTable(['layer', 'node', 'operator', 'module', 'source', 'shape', 'units', 'parameters'], rows, [
      'units',
      'parameters',
    ])
  );
}
