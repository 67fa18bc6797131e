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
  /** The same for the same formula: how it is found again. */
  key: string;
}

export const leaf = (atom: number): LeftDeep => ({ left: null, operator: OR, atom, length: 1, key: String(atom) });

export const joined = (left: LeftDeep, operator: Operator, atom: number): LeftDeep => ({
  left,
  operator,
  atom,
  length: left.length + 1,
  key: `${left.key}${'|&-'[operator]}${atom}`,
});

export function toFormula({ left, operator, atom }: LeftDeep, atoms: readonly Atom[]): Formula {
  const last: Formula = { op: 'atom', concept: atoms[atom].name };
  if (!left) return last;
  const before = toFormula(left, atoms);
  if (operator === OR) return { op: 'or', left: before, right: last };
  return { op: 'and', left: before, right: operator === AND ? last : { op: 'not', of: last } };
}
