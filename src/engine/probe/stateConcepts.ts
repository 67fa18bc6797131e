import type { StatesProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import { bitsetWords, setBit, type ConceptSet } from '../concept/conceptSet.js';
import {
  columnText,
  evaluateMask,
  ExpressionError,
  parseExpression,
  sortedValues,
  type Expression,
} from '../concept/expression/index.js';
import { treeThresholds } from './columnTree.js';
import { ConceptCollection } from './conceptCollection.js';
import { quantileEdges, rangeName } from './quantileEdges.js';
import { columnsByName, type Table } from './table.js';

/** A column with at most this many different values gets one concept for each. */
const fewValues = 5;

export interface NamedExpression {
  name: string;
  expression: Expression;
}

/**
 * The concepts of a probe file, parsed.
 *
 * @param source the file of columns, for messages
 * @throws UserError that names the concept, with the position in its expression
 */
export function parseConcepts(concepts: Record<string, string>, table: Table, source: string): NamedExpression[] {
  return Object.entries(concepts).map(([name, text]) => {
    try {
      return { name, expression: parseExpression(text, table.names) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new ConceptError(name, source, error);
    }
  });
}

/** A concept whose expression is wrong; `caret` shows where. */
export class ConceptError extends UserError {
  readonly caret: string;

  constructor(
    readonly concept: string,
    source: string,
    readonly expression: ExpressionError,
  ) {
    super(`concept "${concept}" over ${source}: ${expression.message}`, {
      hint: expression.hint,
      code: expression.code,
    });
    this.name = 'ConceptError';
    this.caret = expression.caret;
  }
}

/**
 * Concepts over the first `samples` rows: the file's expressions, then those made from the columns themselves
 * (`discretize`; by default, where the file names no concepts: quarters of each column, single values of columns that
 * have few, signs, classes). Quantiles are those of all rows, so that a concept means the same for any `samples`.
 */
export function stateConcepts(
  file: StatesProbeFile,
  expressions: NamedExpression[],
  table: Table,
  feeding: string[],
  samples: number,
  /** By row, what the parts of a column are to tell apart; null: they are of equal size. */
  target: Float64Array | null = null,
): ConceptSet {
  const notes: string[] = [];
  const collection = new ConceptCollection(samples, notes);
  const rows = { rows: table.rows, columns: columnsByName(table) };
  for (const { name, expression } of expressions) {
    collection.addNamed(name, firstBits(evaluateMask(expression, rows), samples), file.concepts![name]);
  }
  const byDefault = !file.discretize && expressions.length === 0;
  if (file.discretize || byDefault) {
    const bins = file.discretize?.bins ?? 4;
    // The columns that feed the model first: they win over equal ones.
    const order = [...feeding, ...table.names.filter((name) => !feeding.includes(name))].filter(
      (name) => target === null || name !== file.discretize?.target,
    );
    const constant: string[] = [];
    const indifferent: string[] = [];
    for (const name of order) {
      const column = rows.columns.get(name)!;
      const sorted = sortedValues(column);
      if (sorted.length === 0 || sorted[0] === sorted[sorted.length - 1]) constant.push(`"${name}"`);
      else if (!discretize(collection, name, column, sorted, bins, byDefault, samples, target)) {
        indifferent.push(`"${name}"`);
      }
    }
    if (indifferent.length > 0) {
      notes.push(
        `No concepts of ${indifferent.slice(0, 8).join(', ')}${indifferent.length > 8 ? ', …' : ''}: no threshold tells the target apart.`,
      );
    }
    if (constant.length > 0) {
      const many = constant.length > 1;
      notes.push(
        `No concepts of ${constant.slice(0, 8).join(', ')}${constant.length > 8 ? ', …' : ''}: ${many ? 'these columns are' : 'this column is'} constant.`,
      );
    }
    if (byDefault) {
      for (const words of table.words) {
        words.values.forEach((value, code) => {
          const mask = maskOf(samples, (row) => words.codes[row] === code);
          collection.addMeasured(`${words.name} = ${value}`, 'class', mask);
        });
      }
    }
  }
  return { samples, height: 1, width: 1, concepts: collection.concepts, notes: collection.finish() };
}

function discretize(
  collection: ConceptCollection,
  name: string,
  column: Float64Array,
  sorted: Float64Array,
  bins: number,
  withSigns: boolean,
  samples: number,
  target: Float64Array | null,
): boolean {
  const distinct = distinctUpTo(sorted, Math.max(fewValues, bins));
  if (distinct) {
    for (const value of distinct) {
      collection.addMeasured(
        `${name} = ${value}`,
        'value',
        maskOf(samples, (row) => column[row] === value),
        Number.isFinite(value) ? over(name, (x) => `${x} == ${value}`) : undefined,
      );
    }
    return true;
  }
  const edges = target ? treeThresholds(column, target, bins).map(readable) : quantileEdges(sorted, bins);
  if (target && edges.length === 0) return false;
  const words =
    edges.length === bins - 1 ? (bins === 2 ? ['low', 'high'] : bins === 3 ? ['low', 'middle', 'high'] : null) : null;
  for (let bin = 0; bin <= edges.length; bin++) {
    const above = bin === 0 ? -Infinity : edges[bin - 1];
    const upTo = bin === edges.length ? Infinity : edges[bin];
    const range = rangeName(name, above, upTo);
    if (words) collection.note(`"${name} ${words[bin]}" is ${range}.`);
    // The lowest bin holds -∞ too.
    const mask = maskOf(samples, (row) => (column[row] > above || bin === 0) && column[row] <= upTo);
    const text = over(name, (x) => rangeText(x, above, upTo));
    collection.addMeasured(words ? `${name} ${words[bin]}` : range, target ? 'tree' : 'quantile', mask, text);
  }
  if (withSigns && sorted[0] < 0 && sorted[sorted.length - 1] > 0) {
    collection.addMeasured(
      `${name} > 0`,
      'sign',
      maskOf(samples, (row) => column[row] > 0),
      over(name, (x) => `${x} > 0`),
    );
  }
  return true;
}

/** A threshold between two values in as few digits (3 at least) as keep it between them. */
function readable({ threshold, below, above }: { threshold: number; below: number; above: number }): number {
  for (let digits = 3; digits < 17; digits++) {
    const rounded = Number(threshold.toPrecision(digits));
    if (rounded >= below && rounded < above) return rounded;
  }
  return threshold;
}

/** An expression over a column, where the column's name can be written in one. */
function over(column: string, expression: (written: string) => string): string | undefined {
  const written = columnText(column);
  return written === null ? undefined : expression(written);
}

function rangeText(x: string, above: number, upTo: number): string {
  if (above === -Infinity) return `${x} <= ${upTo}`;
  return upTo === Infinity ? `${x} > ${above}` : `${above} < ${x} <= ${upTo}`;
}

/** The different values, ascending, or null where they are more than `most`. */
function distinctUpTo(sorted: Float64Array, most: number): number[] | null {
  const values: number[] = [];
  for (const value of sorted) {
    if (value === values.at(-1)) continue;
    if (values.length === most) return null;
    values.push(value);
  }
  return values;
}

function maskOf(samples: number, holds: (row: number) => boolean): Uint32Array {
  const mask = new Uint32Array(bitsetWords(samples));
  for (let row = 0; row < samples; row++) if (holds(row)) setBit(mask, row);
  return mask;
}

/** The first `bits` bits of a longer bitset. */
function firstBits(mask: Uint32Array, bits: number): Uint32Array {
  const out = mask.slice(0, bitsetWords(bits));
  if (bits % 32 !== 0) out[out.length - 1] &= 2 ** (bits % 32) - 1;
  return out;
}
