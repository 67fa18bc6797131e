import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { dissectionOf, type Dissection } from '../shared/dissection.js';
import { UserError } from '../shared/userError.js';
import { readTally, type TallyRow } from '../engine/report/index.js';
import { parseCommand } from './arguments.js';
import { printable } from './printable.js';
import { textTable } from './textTable.js';
import { UsageError } from './usage.js';

const command = 'tally';
const shownConcepts = 20;

/** Network Dissection's summary of a `tally.csv`, and how two of them compare. */
export async function tally(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, { json: { type: 'boolean' } });
  if (positionals.length < 1 || positionals.length > 2) throw new UsageError('tally wants one or two files', command);
  const tallies = await Promise.all(positionals.map(open));
  const summaries = tallies.map(({ name, rows }) => ({ name, ...dissectionOf(rows) }));
  const compared = tallies.length === 2 ? comparison(tallies[0].rows, tallies[1].rows) : null;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ schema: 'onnxplain/1', tallies: summaries, comparison: compared })}\n`);
    return;
  }
  process.stdout.write(`${categoriesTable(summaries)}\n${conceptsTable(summaries)}`);
  if (compared) {
    const { units, sameLabel, sameCategory, difference } = compared;
    process.stdout.write(
      `\n${units} units are in both; ${sameLabel} have the same label, ${sameCategory} the same category; scores differ by ${difference.toPrecision(3)} on average\n`,
    );
  }
}

async function open(file: string): Promise<{ name: string; rows: TallyRow[] }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'check the path',
      cause: error,
    });
  }
  return { name: path.basename(file), rows: readTally(text, path.basename(file)) };
}

function comparison(left: readonly TallyRow[], right: readonly TallyRow[]) {
  const other = new Map(right.map((row) => [row.unit, row]));
  const both = left.flatMap((row) => (other.has(row.unit) ? [[row, other.get(row.unit)!] as const] : []));
  return {
    units: both.length,
    sameLabel: both.filter(([a, b]) => a.concept === b.concept && a.category === b.category).length,
    sameCategory: both.filter(([a, b]) => a.category === b.category).length,
    difference: both.length > 0 ? both.reduce((sum, [a, b]) => sum + Math.abs(a.iou - b.iou), 0) / both.length : 0,
  };
}

type Summary = Dissection & { name: string };

function categoriesTable(summaries: readonly Summary[]): string {
  const names = [...new Set(summaries.flatMap(({ categories }) => categories.map(({ category }) => category)))];
  const header = ['category', ...summaries.flatMap(() => ['unique', 'detectors'])];
  const rows = names.map((name) => [
    printable(name),
    ...summaries.flatMap(({ categories }) => {
      const own = categories.find(({ category }) => category === name);
      return [String(own?.unique ?? 0), String(own?.detectors ?? 0)];
    }),
  ]);
  rows.push(['all', ...summaries.flatMap(({ unique, detectors }) => [String(unique), String(detectors)])]);
  const said = summaries.map(({ name, units }) => `${printable(name)}: ${units} units`).join('; ');
  return `${said}\n${textTable(header, rows, ['unique', 'detectors'])}`;
}

function conceptsTable(summaries: readonly Summary[]): string {
  const keys = new Map(
    summaries.flatMap(({ concepts }) => concepts.map((one) => [`${one.category} ${one.concept}`, one] as const)),
  );
  const count = (summary: Summary, { concept, category }: { concept: string; category: string }): number =>
    summary.concepts.find((one) => one.concept === concept && one.category === category)?.units.length ?? 0;
  const all = [...keys.values()].sort((a, b) => count(summaries[0], b) - count(summaries[0], a));
  const rows = all
    .slice(0, shownConcepts)
    .map((one) => [
      printable(one.concept),
      printable(one.category),
      ...summaries.map((summary) => String(count(summary, one))),
    ]);
  if (rows.length === 0) return 'no unit is a detector\n';
  const more = all.length > shownConcepts ? `${all.length - shownConcepts} more concepts have detectors\n` : '';
  return textTable(['concept', 'category', ...summaries.map(() => 'units')], rows, ['units']) + more;
}
