import { UserError } from '../../../shared/userError.js';

/** Where an expression is wrong. */
export class ExpressionError extends UserError {
  /** UTF-16 units from the expression's beginning, from 0. */
  readonly position: number;
  /** UTF-16 units that are wrong; 0 at the end of the expression. */
  readonly length: number;
  /** What is wrong, without the place. */
  readonly reason: string;
  /** What to do, without the excerpt. */
  readonly advice: string | undefined;
  /** Two lines: the expression, and carets under what is wrong. */
  readonly caret: string;

  constructor(text: string, position: number, length: number, reason: string, advice?: string) {
    const caret = excerpt(text, position, length);
    const where = position >= text.length ? 'at its end' : `at character ${[...text.slice(0, position)].length + 1}`;
    super(`the expression is wrong ${where}: ${reason}`, {
      hint: `${advice ?? 'here:'}\n${caret}`,
      code: 'expression/wrong',
    });
    this.name = 'ExpressionError';
    this.position = position;
    this.length = length;
    this.reason = reason;
    this.advice = advice;
    this.caret = caret;
  }
}

const context = 48;

function excerpt(text: string, position: number, length: number): string {
  const from = Math.max(0, position - context);
  const to = Math.min(text.length, position + context);
  const before = [...((from > 0 ? '…' : '') + text.slice(from, position))].length;
  const marked = Math.max(1, [...text.slice(position, Math.min(position + length, to))].length);
  const shown = `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
  return `  ${shown.replace(/[\s\p{C}]/gu, ' ')}\n  ${' '.repeat(before)}${'^'.repeat(marked)}`;
}
