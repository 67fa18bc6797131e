import { count } from '../text/numbers.js';

/** How many samples or cases a job looks at, for a menu: in the menu's words, null for all. */
export const amountChoices = (
  amounts: readonly number[],
  things: string,
  before = '',
): { value: string; title: string }[] => [
  ...amounts.map((amount) => ({ value: String(amount), title: `${before}${count(amount)} ${things}` })),
  { value: 'all', title: `All ${things}` },
];

export const amountOf = (value: string): number | null => (value === 'all' ? null : Number(value));
export const amountValue = (amount: number | null): string => (amount === null ? 'all' : String(amount));
