import { readFile } from 'node:fs/promises';
import {
  checkpointChange,
  type CheckpointChange,
  type UnitBrief,
  type UnitChange,
} from '../shared/checkpointChange.js';
import type { Explanation } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import { parseCommand } from './arguments.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

/** Units listed by layer where nobody asked for JSON. */
const mostUnits = 20;

/** What changed between two checkpoints of one network, from the JSON that `explain` wrote of each. */
export async function diff(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand('diff', args, { json: { type: 'boolean' } });
  if (positionals.length !== 2) throw new UsageError('diff wants BEFORE.json and AFTER.json', 'diff');
  const [before, after] = await Promise.all(positionals.map(readExplanation));
  const change = checkpointChange(before, after);
  const differs = differences(before, after);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ schema: 'onnxplain/1', differs, ...change }, null, 2)}\n`
      : `${differs.map((sentence) => `${sentence}\n`).join('')}${changeText(change)}`,
  );
}

async function readExplanation(file: string): Promise<Explanation> {
  const hint = 'write it with onnxplain explain MODEL --json FILE';
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${file}: can't be read (${error.code})`, { hint, code: 'diff/unreadable' });
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(`${file} is not JSON`, { hint, code: 'diff/not-json' });
  }
  const { schema, layers } = (content ?? {}) as Partial<Explanation>;
  const isOne =
    schema === 'onnxplain/1' &&
    Array.isArray(layers) &&
    layers.every((layer) => typeof layer?.name === 'string' && Array.isArray(layer.explanations));
  if (!isOne) throw new UserError(`${file} holds no explanation`, { hint, code: 'diff/not-an-explanation' });
  return content as Explanation;
}

/** Why two explanations are no fair comparison. */
function differences(before: Explanation, after: Explanation): string[] {
  const found: string[] = [];
  if (before.probe?.sha256 !== after.probe?.sha256) found.push('The two were explained with different probe sets.');
  if (JSON.stringify(before.settings) !== JSON.stringify(after.settings))
    found.push('The two were explained with different settings.');
  return found;
}

function changeText({ layers, resized, added, removed }: CheckpointChange): string {
  const number = (value: number) => value.toLocaleString('en');
  const counts = layers.map(({ name, module, units, counts: { died, woke, relabelled, iou } }) => [
    printable(module ?? name),
    ...[units, died, woke, relabelled, iou].map(number),
  ]);
  const header = ['layer', 'units', 'died', 'woke', 'other label', 'other IoU'];
  const table = counts.length > 0 ? textTable(header, counts, header.slice(1)) : '';
  const notes = [
    ...resized.map(({ name, module, before, after }) => `${printable(module ?? name)}: ${number(before)} units before, ${number(after)} now; not compared`), // prettier-ignore
    ...added.map((name) => `${printable(name)}: only in the second`),
    ...removed.map((name) => `${printable(name)}: only in the first`),
  ];
  const units = layers.flatMap(({ name, module, changed }) => {
    if (changed.length === 0) return [];
    const more =
      changed.length > mostUnits ? `  and ${number(changed.length - mostUnits)} more (--json lists them)\n` : '';
    return [`\n${printable(module ?? name)}\n${changed.slice(0, mostUnits).map(unitText).join('')}${more}`];
  });
  return `${table}${notes.map((note) => `${note}\n`).join('')}${units.join('')}`;
}

const words = { died: 'died', woke: 'woke', relabelled: 'other label', iou: 'other IoU' };

const unitText = ({ unit, kind, before, after }: UnitChange): string =>
  `  ${String(unit).padStart(5)}  ${words[kind].padEnd(11)}  ${side(before)} → ${side(after)}\n`;

const side = ({ status, label, iou, floor }: UnitBrief): string =>
  status !== 'explained' || label === null
    ? status
    : `${printable(label)} ${iou.toFixed(2)}${iou > floor ? '' : ' (no better than chance)'}`;
