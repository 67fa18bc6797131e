import { bitsetWords, setBit } from '../conceptSet.js';
import type { ArithmeticOperator, ComparisonOperator, Expression, FunctionName } from './expression.js';
import { quantile } from './quantile.js';

/** Columns of equal length by name; a missing value is NaN. */
export interface Rows {
  rows: number;
  columns: ReadonlyMap<string, Float64Array>;
}

/** Remainder with the divisor's sign, as Python's `%`. */
const modulo = (a: number, b: number): number => {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
};

/** To the nearest integer, halves to the even one, as Python's `round`. */
const roundHalfEven = (x: number): number => {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
};

const arithmetic: Record<ArithmeticOperator, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': modulo,
  '**': (a, b) => a ** b,
};

/** A missing value compares false, with `!=` too. */
const comparison: Record<ComparisonOperator, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a < b || a > b,
};

const calls: Record<FunctionName, (...values: number[]) => number> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  floor: Math.floor,
  round: roundHalfEven,
};

/**
 * Value of the expression in every row: IEEE 754 doubles (1 / 0 is infinite, sqrt(-1) is missing); conditions give 1
 * and 0. A condition on a missing value is false, so its `not` is true.
 */
export function evaluate(expression: Expression, table: Rows): Float64Array {
  const { rows } = table;
  switch (expression.kind) {
    case 'number':
      return new Float64Array(rows).fill(expression.value);
    case 'column': {
      const column = table.columns.get(expression.name);
      if (!column) throw new Error(`no column ${expression.name}`);
      return column;
    }
    case 'negative':
      return evaluate(expression.of, table).map((x) => -x);
    case 'arithmetic':
      return zip(arithmetic[expression.operator], evaluate(expression.left, table), evaluate(expression.right, table));
    case 'comparison':
      return compare(
        expression.operators,
        expression.terms.map((term) => evaluate(term, table)),
      );
    case 'not':
      return evaluate(expression.of, table).map((x) => (isTrue(x) ? 0 : 1));
    case 'and':
      return zip(
        (a, b) => (isTrue(a) && isTrue(b) ? 1 : 0),
        evaluate(expression.left, table),
        evaluate(expression.right, table),
      );
    case 'or':
      return zip(
        (a, b) => (isTrue(a) || isTrue(b) ? 1 : 0),
        evaluate(expression.left, table),
        evaluate(expression.right, table),
      );
    case 'call': {
      const call = calls[expression.function];
      const [first, ...others] = expression.arguments.map((argument) => evaluate(argument, table));
      if (others.length === 0) return first.map((x) => call(x));
      return others.reduce((reached, next) => zip(call, reached, next), first);
    }
    case 'quantile':
      return new Float64Array(rows).fill(quantile(evaluate(expression.of, table), expression.q));
  }
}

/** Bitset over the rows: bit i is set where the condition holds in row i. */
export function evaluateMask(expression: Expression, table: Rows): Uint32Array {
  const mask = new Uint32Array(bitsetWords(table.rows));
  evaluate(expression, table).forEach((value, row) => {
    if (isTrue(value)) setBit(mask, row);
  });
  return mask;
}

const isTrue = (x: number): boolean => x !== 0 && !Number.isNaN(x);

function zip(f: (a: number, b: number) => number, a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = f(a[i], b[i]);
  return out;
}

function compare(operators: ComparisonOperator[], terms: Float64Array[]): Float64Array {
  const out = new Float64Array(terms[0].length).fill(1);
  operators.forEach((operator, k) => {
    const holds = comparison[operator];
    const left = terms[k];
    const right = terms[k + 1];
    for (let i = 0; i < out.length; i++) if (!holds(left[i], right[i])) out[i] = 0;
  });
  return out;
}
