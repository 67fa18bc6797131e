import type { Formula } from '../../shared/results.js';

/** How tightly an operator binds: NOT before AND before OR. */
const binding = { or: 1, and: 2, not: 3, atom: 4 } as const;
const words = { or: 'OR', and: 'AND' } as const;

/**
 * The formula as people read it: `AND`, `OR`, `NOT` and parentheses only where the reading would change without them
 * (`a AND NOT b OR c`, `(a OR b) AND c`). Concept names stand as they are, in the order in which the search joined them.
 */
export function formulaLabel(formula: Formula): string {
  if (formula.op === 'atom') return formula.concept;
  const own = binding[formula.op];
  const part = (inner: Formula, loosest: number): string =>
    binding[inner.op] < loosest ? `(${formulaLabel(inner)})` : formulaLabel(inner);
  if (formula.op === 'not') return `NOT ${part(formula.of, own)}`;
  return `${part(formula.left, own)} ${words[formula.op]} ${part(formula.right, own)}`;
}

/** Atoms in the formula; NOT is not counted. */
export function formulaLength(formula: Formula): number {
  if (formula.op === 'atom') return 1;
  if (formula.op === 'not') return formulaLength(formula.of);
  return formulaLength(formula.left) + formulaLength(formula.right);
}

/** The formula's value where `holds` says which concepts hold. */
export function evaluateFormula(formula: Formula, holds: (concept: string) => boolean): boolean {
  switch (formula.op) {
    case 'atom':
      return holds(formula.concept);
    case 'not':
      return !evaluateFormula(formula.of, holds);
    case 'and':
      return evaluateFormula(formula.left, holds) && evaluateFormula(formula.right, holds);
    case 'or':
      return evaluateFormula(formula.left, holds) || evaluateFormula(formula.right, holds);
  }
}

/**
 * One text for all ways to write a formula that differ only in the order and nesting of operands of the same operator:
 * `a OR (b OR c)` and `(c OR b) OR a` have the same. For comparing, not for reading.
 */
export function canonicalFormula(formula: Formula): string {
  if (formula.op === 'atom') return JSON.stringify(formula.concept);
  if (formula.op === 'not') {
    return formula.of.op === 'not' ? canonicalFormula(formula.of.of) : `(not ${canonicalFormula(formula.of)})`;
  }
  const operands = [...new Set(chain(formula, formula.op).map(canonicalFormula))].sort();
  return operands.length === 1 ? operands[0] : `(${formula.op} ${operands.join(' ')})`;
}

function chain(formula: Formula, op: 'and' | 'or'): Formula[] {
  return formula.op === op ? [...chain(formula.left, op), ...chain(formula.right, op)] : [formula];
}

/** The concepts that a formula names, each once, from left to right. */
export function conceptsOf(formula: Formula): string[] {
  if (formula.op === 'atom') return [formula.concept];
  if (formula.op === 'not') return conceptsOf(formula.of);
  return [...new Set([...conceptsOf(formula.left), ...conceptsOf(formula.right)])];
}
