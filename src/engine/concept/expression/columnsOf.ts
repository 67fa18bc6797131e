import { evaluate, type Rows } from './evaluate.js';
import type { Expression } from './expression.js';

/** The columns that an expression names, each once. */
export function columnsOf(expression: Expression): Set<string> {
  const columns = new Set<string>();
  visit(expression);
  return columns;

  function visit(part: Expression): void {
    if (part.kind === 'column') columns.add(part.name);
    else parts(part).forEach(visit);
  }
}

/** The expression with its quantiles as the numbers that they are in this table: it then says the same of any other row. */
export function withFixedQuantiles(expression: Expression, table: Rows): Expression {
  switch (expression.kind) {
    case 'number':
    case 'column':
      return expression;
    case 'quantile':
      return { kind: 'number', value: evaluate(expression, table)[0] };
    case 'negative':
    case 'not':
      return { ...expression, of: withFixedQuantiles(expression.of, table) };
    case 'comparison':
      return { ...expression, terms: expression.terms.map((term) => withFixedQuantiles(term, table)) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map((part) => withFixedQuantiles(part, table)) };
    default:
      return {
        ...expression,
        left: withFixedQuantiles(expression.left, table),
        right: withFixedQuantiles(expression.right, table),
      };
  }
}

function parts(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'column':
      return [];
    case 'negative':
    case 'not':
    case 'quantile':
      return [expression.of];
    case 'comparison':
      return expression.terms;
    case 'call':
      return expression.arguments;
    default:
      return [expression.left, expression.right];
  }
}
