import type { CategoryMatch, LayerExplanation } from '../../shared/results.js';
import type { DissectedUnit } from '../../shared/dissection.js';
import { UserError } from '../../shared/userError.js';

/** One line of a `tally.csv`; units count from 0 here and from 1 in the file. */
export interface TallyRow extends DissectedUnit {
  categories: CategoryMatch[];
}

const fields = ['label', 'truth', 'activation', 'intersect', 'iou'] as const;

/**
 * A layer's units as Network Dissection writes them to `tally.csv`: best first, with the best concept of each category and
 * the counts behind its IoU. `unit` counts from 1.
 */
export function tallyOf(layer: LayerExplanation): string {
  const rows = layer.explanations.map(({ unit, categories = [] }) => ({ unit, categories }));
  const named = [...new Set(rows.flatMap(({ categories }) => categories.map(({ category }) => category)))].sort();
  const header = [
    'unit',
    'category',
    'label',
    'score',
    ...named.flatMap((name) => fields.map((field) => `${name}-${field}`)),
  ];
  const lines = rows
    .map(({ unit, categories }) => ({ unit, categories, best: categories[0] as CategoryMatch | undefined }))
    .sort((a, b) => (b.best?.iou ?? 0) - (a.best?.iou ?? 0) || a.unit - b.unit)
    .map(({ unit, categories, best }) => {
      const matches = named.flatMap((name) => {
        const match = categories.find(({ category }) => category === name);
        return fields.map((field) => (match ? match[field] : field === 'label' ? '' : 0));
      });
      return [unit + 1, best?.category ?? '', best?.label ?? '', best?.iou ?? 0, ...matches];
    });
  return [header, ...lines].map((line) => `${line.map(cell).join(',')}\n`).join('');
}

const cell = (value: string | number): string =>
  typeof value === 'string' && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);

/**
 * Reads a `tally.csv`, ours or a published one.
 *
 * @param name of the file, for messages
 * @throws UserError where it is none
 */
export function readTally(text: string, name: string): TallyRow[] {
  const [header, ...lines] = cells(text.replace(/^\uFEFF/, ''));
  const at = (column: string): number => header?.indexOf(column) ?? -1;
  const missing = ['unit', 'category', 'label', 'score'].find((column) => at(column) < 0);
  if (missing !== undefined) {
    throw new UserError(`${name}: no column "${missing}", so it is no tally of Network Dissection`, {
      hint: 'its columns are unit, category, label, score, and five for each category',
      code: 'tally/columns',
    });
  }
  const named = header.flatMap((column) => /^(.+)-iou$/.exec(column)?.[1] ?? []);
  return lines.map((line, i) => {
    const number = (column: string): number => {
      const value = Number(line[at(column)]);
      if (line[at(column)]?.trim() && Number.isFinite(value)) return value;
      throw new UserError(`${name}, line ${i + 2}: ${column} is "${line[at(column)] ?? ''}", not a number`, {
        code: 'tally/number',
      });
    };
    return {
      // In these files the first unit is 1.
      unit: number('unit') - 1,
      category: line[at('category')],
      concept: line[at('label')] || null,
      iou: number('score'),
      categories: named.map((category) => ({
        category,
        label: line[at(`${category}-label`)] ?? '',
        truth: number(`${category}-truth`),
        activation: number(`${category}-activation`),
        intersect: number(`${category}-intersect`),
        iou: number(`${category}-iou`),
      })),
    };
  });
}

/** Lines of cells; a cell in quotes may hold commas, line breaks and doubled quotes. */
function cells(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    if (line.length > 1 || line[0] !== '') lines.push(line);
    line = [];
  }
  return lines;
}
