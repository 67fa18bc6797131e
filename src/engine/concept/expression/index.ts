import { ExpressionError } from './expressionError.js';
import { parseExpression } from './parse.js';

export { columnsOf, withFixedQuantiles } from './columnsOf.js';
export { columnText } from './columnText.js';
export { tokenize } from './tokens.js';
export { evaluate, evaluateMask, type Rows } from './evaluate.js';
export { functionNames, type Expression } from './expression.js';
export { ExpressionError } from './expressionError.js';
export { parseExpression } from './parse.js';
export { quantile, quantileOfSorted, sortedValues } from './quantile.js';

/** What is wrong with an expression and where, for editors; null where it is right. */
export function checkExpression(text: string, columns: readonly string[]): ExpressionError | null {
  try {
    parseExpression(text, columns);
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}
