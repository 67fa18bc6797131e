import type { Formula } from '../../shared/results.js';
import type { Atom } from './groups.js';

export const OR = 0;
export const AND = 1;
export const AND_NOT = 2;
export type Operator = typeof OR | typeof AND | typeof AND_NOT;

/**
 * A formula as the search builds it: atoms joined one after the other, ((a op b) op c) …, the first one plain. All
 * formulas that the published searches visit have this form; what they can't say with one atom is a bare NOT.
 */
export interface LeftDeep {
  /** Null for a single atom. */
  left: LeftDeep | null;
  operator: Operator;
  atom: number;
  length: number;
  /** The same for formulas that differ only in the order in which joins commute: all OR that follow one another, all AND and AND NOT. */
  key: string;
  /** The key without its last run of joins that commute, and that run: atoms twice, plus 1 under AND NOT; ascending. */
  before: string;
  run: readonly number[];
}

export const leaf = (atom: number): LeftDeep => ({
  left: null,
  operator: OR,
  atom,
  length: 1,
  key: String(2 * atom),
  before: '',
  run: [2 * atom],
});

export function joined(left: LeftDeep, operator: Operator, atom: number): LeftDeep {
  const join = operator === AND_NOT ? 2 * atom + 1 : 2 * atom;
  // A single atom is the beginning of either kind of run.
  const goesOn = left.left === null || (left.operator === OR) === (operator === OR);
  const before = goesOn ? left.before : `${left.key} `;
  const run = goesOn ? [...new Set([...left.run, join])].sort((a, b) => a - b) : [join];
  const key = `${before}${operator === OR ? '|' : '&'}${run.join()}`;
  return { left, operator, atom, length: left.length + 1, key, before, run };
}

export function toFormula({ left, operator, atom }: LeftDeep, atoms: readonly Atom[]): Formula {
  const last: Formula = { op: 'atom', concept: atoms[atom].name };
  if (!left) return last;
  const before = toFormula(left, atoms);
  if (operator === OR) return { op: 'or', left: before, right: last };
  return { op: 'and', left: before, right: operator === AND ? last : { op: 'not', of: last } };
}
