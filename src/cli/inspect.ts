import type { Dimension, ModelStructure, TensorInfo } from '../shared/model.js';
import { readModel, structureOf } from '../engine/onnx/index.js';
import { parseCommand } from './arguments.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

export async function inspect(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand('inspect', args, { json: { type: 'boolean' } });
  if (positionals.length !== 1) throw new UsageError('inspect wants one MODEL', 'inspect');
  const structure = structureOf(await readModel(positionals[0]));
  process.stdout.write(values.json ? `${JSON.stringify(published(structure), null, 2)}\n` : structureText(structure));
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
