/** A parsed expression over a table's columns. Truth values are 1 and 0 where numbers are wanted. */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'column'; name: string }
  | { kind: 'negative'; of: Expression }
  | { kind: 'arithmetic'; operator: ArithmeticOperator; left: Expression; right: Expression }
  /** `a < b <= c`: every neighbouring pair compares true. */
  | { kind: 'comparison'; operators: ComparisonOperator[]; terms: Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'call'; function: FunctionName; arguments: Expression[] }
  /** The q-quantile of a value over all rows of the table. */
  | { kind: 'quantile'; of: Expression; q: number };

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '**';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type FunctionName = keyof typeof functions;

/** How many arguments each function takes; `min` and `max` take two or more. */
export const functions = {
  abs: 1,
  min: 2,
  max: 2,
  sqrt: 1,
  exp: 1,
  log: 1,
  sin: 1,
  cos: 1,
  floor: 1,
  round: 1,
} as const;

/** As they are written, `quantile` too. */
export const functionNames: readonly string[] = [...Object.keys(functions), 'quantile'];

/** Whether it says yes or no of a row: comparisons and what joins them, and a column by itself (not 0). */
export const isCondition = (expression: Expression): boolean =>
  ['comparison', 'not', 'and', 'or', 'column'].includes(expression.kind);
