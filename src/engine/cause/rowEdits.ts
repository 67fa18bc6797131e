import type { Formula } from '../../shared/results.js';
import { conceptsOf, evaluateFormula } from '../concept/index.js';
import { columnsOf, evaluate, evaluateMask, type Expression } from '../concept/expression/index.js';
import { hasBit } from '../concept/index.js';

/** A change of some columns of one row. */
export interface RowEdit {
  /** Column → its new value, which occurs in the table. */
  values: ReadonlyMap<string, number>;
  /** Sum over the columns of |change| in standard deviations of the column. */
  size: number;
}

export interface RowEditsOptions {
  formula: Formula;
  /** What concepts say; those without an expression stay as they are. */
  expressions: ReadonlyMap<string, Expression>;
  /** Whether a concept holds of a row as it is. */
  holds: (concept: string, row: number) => boolean;
  columns: ReadonlyMap<string, Float64Array>;
  /** The columns that may be changed: those that feed the model. */
  changeable: ReadonlySet<string>;
}

/** Of conditions over several columns, so many values of each column are tried. */
const triedValues = 256;
/** Combinations of values that are looked at for one row. */
const mostCombinations = 100_000;

interface Column {
  name: string;
  values: Float64Array;
  /** The table's different values, ascending. */
  distinct: Float64Array;
  deviation: number;
  /** First index in `distinct` of each stretch over which all conditions on this column alone stay the same. */
  stretches: number[];
  /** Concepts over this column alone → their truth at each distinct value. */
  alone: Map<string, Uint32Array>;
  /** Conditions over this column and others. */
  joint: Expression[];
}

interface Candidate {
  value: number;
  /** Index in `distinct`. */
  at: number;
  size: number;
}

/**
 * Finds, row by row, the smallest change of the columns that a formula names which turns it false. New values are ones that
 * the column has somewhere in the table, so a flag stays 0 or 1. The smallest for conditions over one column each, which is
 * what nearly all concepts are; conditions over several columns are followed along each of them.
 *
 * @returns for a row where the formula holds: null where no such change is found
 */
export function rowEdits({ formula, expressions, holds, columns, changeable }: RowEditsOptions): {
  columns: string[];
  edit: (row: number) => RowEdit | null;
} {
  const concepts = conceptsOf(formula);
  const named = new Map(concepts.flatMap((name) => (expressions.has(name) ? [[name, expressions.get(name)!]] : [])));
  const used = new Map([...named].map(([name, expression]) => [name, [...columnsOf(expression)]] as const));
  const changed = [...new Set([...used.values()].flat())].filter((name) => changeable.has(name));
  const choices = changed.map((name) => prepared(name));
  const several = [...named].filter(([name]) => used.get(name)!.length > 1);

  return { columns: changed, edit };

  function prepared(name: string): Column {
    const values = columns.get(name)!;
    const distinct = values.filter(Number.isFinite).sort();
    const kept = distinct.filter((value, i) => i === 0 || value !== distinct[i - 1]);
    const rows = { rows: kept.length, columns: new Map([[name, kept]]) };
    const alone = new Map<string, Uint32Array>();
    for (const [concept, expression] of named) {
      if (used.get(concept)!.length === 1 && used.get(concept)![0] === name)
        alone.set(concept, evaluateMask(expression, rows));
    }
    const masks = [...alone.values()];
    const stretches: number[] = [];
    for (let i = 0; i < kept.length; i++) {
      if (i === 0 || masks.some((mask) => hasBit(mask, i) !== hasBit(mask, i - 1))) stretches.push(i);
    }
    const joint = [...named].flatMap(([concept, expression]) =>
      used.get(concept)!.length > 1 && used.get(concept)!.includes(name) ? [expression] : [],
    );
    return { name, values, distinct: kept, deviation: deviationOf(values), stretches, alone, joint };
  }

  function edit(row: number): RowEdit | null {
    if (choices.some(({ values }) => !Number.isFinite(values[row]))) return null;
    const candidates = choices.map((column) => candidatesOf(column, row));
    const chosen: Candidate[] = [];
    let best: RowEdit | null = null;
    let looked = 0;
    visit(0, 0);
    return best;

    function visit(depth: number, size: number): void {
      if ((best && size >= best.size) || looked > mostCombinations) return;
      if (depth === choices.length) {
        looked++;
        if (!isTrue(row, chosen)) best = { size, values: changesOf(row, chosen) };
        return;
      }
      for (const candidate of candidates[depth]) {
        if (best && size + candidate.size >= (best as RowEdit).size) return;
        chosen[depth] = candidate;
        visit(depth + 1, size + candidate.size);
      }
    }
  }

  /** Nearest value of each stretch, the row's own first, then by distance. */
  function candidatesOf(column: Column, row: number): Candidate[] {
    const { distinct, stretches, deviation } = column;
    const own = column.values[row];
    const at = indexOf(distinct, own);
    const found = new Set<number>([at]);
    stretches.forEach((start, i) => found.add(nearestIn(start, (stretches[i + 1] ?? distinct.length) - 1, at)));
    for (const expression of column.joint) for (const index of along(column, expression, row)) found.add(index);
    return [...found]
      .map((index) => ({ value: distinct[index], at: index, size: Math.abs(distinct[index] - own) / deviation }))
      .sort((a, b) => a.size - b.size || a.value - b.value);
  }

  /** Where a condition over several columns changes as one of them changes and the others stay: both sides of each place. */
  function along({ name, distinct, values }: Column, expression: Expression, row: number): number[] {
    const step = Math.max(1, distinct.length / triedValues);
    const tried = new Set<number>([indexOf(distinct, values[row]), distinct.length - 1]);
    for (let i = 0; i < distinct.length; i += step) tried.add(Math.floor(i));
    const indices = [...tried].sort((a, b) => a - b);
    const rows = {
      rows: indices.length,
      columns: new Map(
        [...columnsOf(expression)].map((column) => [
          column,
          column === name
            ? Float64Array.from(indices, (index) => distinct[index])
            : new Float64Array(indices.length).fill(columns.get(column)![row]),
        ]),
      ),
    };
    const mask = evaluateMask(expression, rows);
    const edges: number[] = [];
    for (let i = 1; i < indices.length; i++) {
      if (hasBit(mask, i) === hasBit(mask, i - 1)) continue;
      // Between two tried values the table may have nearer ones.
      const side = hasBit(mask, i - 1);
      let [low, high] = [indices[i - 1], indices[i]];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (holdsAt(expression, name, distinct[middle], row) === side) low = middle;
        else high = middle;
      }
      edges.push(low, high);
    }
    return edges;
  }

  function holdsAt(expression: Expression, column: string, value: number, row: number): boolean {
    const cells = [...columnsOf(expression)].map(
      (name) => [name, Float64Array.of(name === column ? value : columns.get(name)![row])] as const,
    );
    return isYes(evaluate(expression, { rows: 1, columns: new Map(cells) })[0]);
  }

  function isTrue(row: number, chosen: readonly Candidate[]): boolean {
    return evaluateFormula(formula, (concept) => {
      for (const [i, { alone }] of choices.entries()) {
        const mask = alone.get(concept);
        if (mask) return hasBit(mask, chosen[i].at);
      }
      const joint = several.find(([name]) => name === concept);
      if (!joint) return holds(concept, row);
      const cells = used.get(concept)!.map((name) => {
        const i = changed.indexOf(name);
        return [name, Float64Array.of(i < 0 ? columns.get(name)![row] : chosen[i].value)] as const;
      });
      return isYes(evaluate(joint[1], { rows: 1, columns: new Map(cells) })[0]);
    });
  }

  function changesOf(row: number, chosen: readonly Candidate[]): Map<string, number> {
    return new Map(
      choices.flatMap(({ name, values }, i) => (chosen[i].value === values[row] ? [] : [[name, chosen[i].value]])),
    );
  }
}

const isYes = (value: number): boolean => value !== 0 && !Number.isNaN(value);

const nearestIn = (first: number, last: number, at: number): number => Math.min(Math.max(at, first), last);

/** Index of a value that is there. */
function indexOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The population's standard deviation of the finite values; 1 where they are all the same. */
function deviationOf(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length;
  return Math.sqrt(variance) || 1;
}
