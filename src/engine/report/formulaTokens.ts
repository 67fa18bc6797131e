import type { Formula } from '../../shared/results.js';
import { escapeHtml } from './escapeHtml.js';

const binding = { or: 1, and: 2, not: 3, atom: 4 } as const;

/**
 * A formula as HTML: concepts as tokens, operators small between them, parentheses only where they are needed. Its text
 * is the label. An operator never stands alone at the end of a line: it goes with the concept that follows.
 */
export function formulaTokens(formula: Formula): string {
  return tokens(formula, '', '');
}

function tokens(formula: Formula, before: string, after: string): string {
  switch (formula.op) {
    case 'atom':
      return `<span class="t">${before}<b>${escapeHtml(formula.concept)}</b>${after}</span>`;
    case 'not':
      return operand(formula.of, binding.not, `${before}<i>NOT</i> `, after);
    default: {
      const own = binding[formula.op];
      const left = operand(formula.left, own, before, '');
      return `${left} ${operand(formula.right, own, `<i>${formula.op.toUpperCase()}</i> `, after)}`;
    }
  }
}

function operand(formula: Formula, loosest: number, before: string, after: string): string {
  return binding[formula.op] < loosest ? tokens(formula, `${before}(`, `)${after}`) : tokens(formula, before, after);
}
