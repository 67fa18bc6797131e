import { didYouMean } from '../../probe/nearest.js';
import {
  functions,
  isCondition,
  type ArithmeticOperator,
  type ComparisonOperator,
  type Expression,
  type FunctionName,
} from './expression.js';
import { ExpressionError } from './expressionError.js';
import { tokenize, type Token } from './tokens.js';

/** Longer ones are refused, so that nothing that reads an expression runs out of stack. */
const longestText = 4000;
const deepest = 100;

/** How tightly operators bind, as in Python: `or`, `and`, `not`, comparisons, `+ -`, `* / %`, the sign, `**`. */
const power = { or: 1, and: 2, not: 3, comparison: 4, sum: 5, product: 6, sign: 7, exponent: 8 };
const comparisons = new Set(['<', '<=', '>', '>=', '==', '!=']);
const binary = new Map([
  ['or', power.or],
  ['and', power.and],
  ['+', power.sum],
  ['-', power.sum],
  ['*', power.product],
  ['/', power.product],
  ['%', power.product],
  ['**', power.exponent],
]);

/**
 * Reads an expression over columns: numbers, column names (in backticks where they hold spaces or are words of the
 * language), `+ - * / % **`, comparisons (`a < x < b` too), `and or not`, parentheses, the functions of `functions`,
 * and `quantile(value, q)`. Precedence and associativity are Python's: `-x ** 2` is -(x²), `not a == b` is not (a == b).
 * The whole must be a condition: `x + 1` is refused, `x + 1 > 0` and a column by itself (true where it is not 0) are not.
 *
 * @throws ExpressionError with the position
 */
export function parseExpression(text: string, columns: readonly string[]): Expression {
  return new Parser(text, columns).whole();
}

class Parser {
  private readonly tokens: Token[];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly columns: readonly string[],
  ) {
    if (text.length > longestText) {
      const reason = `it has ${text.length} characters; ${longestText} are the most`;
      throw new ExpressionError(text, longestText, 0, reason);
    }
    this.tokens = tokenize(text);
  }

  whole(): Expression {
    if (this.tokens.length === 1) this.wrong(this.token, 'it is empty', 'write a comparison such as x > 0');
    const expression = this.condition(0);
    if (this.token.kind !== 'end') this.unexpected(this.token);
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.at];
  }

  /** Pratt's method: a term, then operators that bind tighter than `least`. */
  private expression(least: number): Expression {
    if (++this.depth > deepest) this.wrong(this.token, 'it is nested too deep');
    const first = this.at;
    let left = this.term();
    for (;;) {
      const operator = this.operator();
      if (operator !== null && comparisons.has(operator)) {
        if (power.comparison <= least) break;
        left = this.comparison(left);
        continue;
      }
      const binds = operator === null ? undefined : binary.get(operator);
      if (binds === undefined || binds <= least) break;
      this.at++;
      if (operator === 'and' || operator === 'or') {
        this.mustBeCondition(left, first);
        left = { kind: operator, left, right: this.condition(binds) };
      } else {
        // `**` binds to the right, and its exponent may have a sign: 2 ** -1.
        const right = operator === '**' ? this.expression(power.sign - 1) : this.expression(binds);
        left = { kind: 'arithmetic', operator: operator as ArithmeticOperator, left, right };
      }
    }
    this.depth--;
    return left;
  }

  private comparison(first: Expression): Expression {
    const operators: ComparisonOperator[] = [];
    const terms = [first];
    for (let operator = this.operator(); operator !== null && comparisons.has(operator); operator = this.operator()) {
      this.at++;
      operators.push(operator as ComparisonOperator);
      terms.push(this.expression(power.comparison));
    }
    return { kind: 'comparison', operators, terms };
  }

  private term(): Expression {
    const token = this.token;
    this.at++;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'name') {
      if (!token.quoted && token.text === 'not') return { kind: 'not', of: this.condition(power.not - 1) };
      if (!token.quoted && (token.text === 'and' || token.text === 'or')) this.unexpected(token);
      if (!token.quoted && this.token.text === '(' && this.token.kind === 'symbol') return this.call(token);
      return this.column(token);
    }
    if (token.text === '-') return { kind: 'negative', of: this.expression(power.sign - 1) };
    if (token.text === '+') return this.expression(power.sign - 1);
    if (token.text === '(') {
      const inner = this.expression(0);
      this.close(token);
      return inner;
    }
    return this.unexpected(token);
  }

  private column(token: Token): Expression {
    if (this.columns.includes(token.text)) return { kind: 'column', name: token.text };
    const words = ['and', 'or', 'not'];
    if (words.includes(token.text.toLowerCase()) && !token.quoted) {
      this.wrong(token, `"${token.text}" is no column`, `write "${token.text.toLowerCase()}"`);
    }
    const isFunction = Object.hasOwn(functions, token.text) || token.text === 'quantile';
    const advice = isFunction
      ? `"${token.text}" is a function: write its arguments in parentheses`
      : didYouMean(token.text, this.columns, 'columns');
    return this.wrong(token, `there is no column "${token.text}"`, advice);
  }

  private call(name: Token): Expression {
    const open = this.token;
    if (!(Object.hasOwn(functions, name.text) || name.text === 'quantile')) {
      const known = [...Object.keys(functions), 'quantile'];
      this.wrong(name, `there is no function "${name.text}"`, didYouMean(name.text, known, 'functions'));
    }
    this.at++;
    const given: Expression[] = [];
    const starts: Token[] = [];
    if (this.token.text !== ')' || this.token.kind !== 'symbol') {
      do {
        starts.push(this.token);
        given.push(this.expression(0));
      } while (this.skip(','));
    }
    this.close(open);
    if (name.text === 'quantile') return this.quantile(name, given, starts);
    const wanted = functions[name.text as FunctionName];
    const several = name.text === 'min' || name.text === 'max';
    if (several ? given.length < wanted : given.length !== wanted) {
      const counts = several ? 'two or more values' : 'one value';
      const advice =
        several && given.length === 1
          ? `for the column's own extreme write quantile(…, ${name.text === 'min' ? 0 : 1})`
          : undefined;
      this.wrong(name, `${name.text} takes ${counts}, ${given.length} given`, advice);
    }
    return { kind: 'call', function: name.text as FunctionName, arguments: given };
  }

  private quantile(name: Token, given: Expression[], starts: Token[]): Expression {
    if (given.length !== 2) {
      this.wrong(name, `quantile takes a column and a share, ${given.length} given`, 'write quantile(x, 0.9)');
    }
    const [of, share] = given;
    const q = share.kind === 'number' ? share.value : NaN;
    if (!(q >= 0 && q <= 1)) {
      this.wrong(starts[1], 'the second argument of quantile is a number from 0 to 1');
    }
    return { kind: 'quantile', of, q };
  }

  /** An expression that says yes or no. */
  private condition(least: number): Expression {
    const first = this.at;
    const expression = this.expression(least);
    this.mustBeCondition(expression, first);
    return expression;
  }

  private mustBeCondition(expression: Expression, first: number): void {
    if (isCondition(expression)) return;
    const from = this.tokens[first];
    const last = this.tokens[this.at - 1];
    const length = Math.max(from.length, last.position + last.length - from.position);
    const advice = 'compare it with something, such as … > 0';
    throw new ExpressionError(this.text, from.position, length, 'this is a number, not a condition', advice);
  }

  private operator(): string | null {
    const { kind, text, quoted } = this.token;
    return kind === 'symbol' || (kind === 'name' && !quoted) ? text : null;
  }

  private skip(symbol: string): boolean {
    const found = this.token.kind === 'symbol' && this.token.text === symbol;
    if (found) this.at++;
    return found;
  }

  private close(open: Token): void {
    if (this.skip(')')) return;
    if (this.token.kind === 'end') this.wrong(open, 'the parenthesis that opens here is never closed');
    this.unexpected(this.token);
  }

  private unexpected(token: Token): never {
    if (token.kind === 'end')
      return this.wrong(token, 'something is missing', 'write a column, a number or a parenthesis');
    const shown = token.quoted ? `\`${token.text}\`` : token.text;
    const before = this.tokens[this.tokens.indexOf(token) - 1];
    const operandAfterOperand = token.kind !== 'symbol' && before && before.kind !== 'symbol';
    const advice = operandAfterOperand
      ? 'an operator is missing before it; names with spaces stand in `backticks`'
      : undefined;
    return this.wrong(token, `"${shown}" is not expected here`, advice);
  }

  private wrong(token: Token, reason: string, advice?: string): never {
    throw new ExpressionError(this.text, token.position, token.length, reason, advice);
  }
}
