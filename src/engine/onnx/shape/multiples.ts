import type { Dimension } from '../../../shared/model.js';

/** So many times a symbol: 64 windows a picture make `64*batch`, as exporters write it. */
export interface Multiple {
  count: number;
  /** Null: a plain number. */
  symbol: string | null;
}

/** A dimension taken apart; null where nothing is known of it. */
export function multipleOf(dim: Dimension): Multiple | null {
  if (typeof dim !== 'string') return dim === null ? null : { count: dim, symbol: null };
  const [, count, symbol] = /^(\d+)\*(.+)$/.exec(dim) ?? [];
  return symbol === undefined ? { count: 1, symbol: dim } : { count: Number(count), symbol };
}

/** The dimension again; null where it is no whole number of times the symbol. */
export function dimensionOf({ count, symbol }: Multiple): Dimension {
  if (symbol === null || count === 0) return count;
  return count === 1 ? symbol : Number.isInteger(count) && count > 0 ? `${count}*${symbol}` : null;
}

/** A product of two dimensions; null where one is unknown or both have symbols. */
export function times(a: Dimension, b: Dimension): Dimension {
  const [one, other] = [multipleOf(a), multipleOf(b)];
  if (!one || !other || (one.symbol !== null && other.symbol !== null)) return null;
  return dimensionOf({ count: one.count * other.count, symbol: one.symbol ?? other.symbol });
}

/** What is left of a dimension by another; null where that is not known or not whole. */
export function divided(a: Dimension, b: Dimension): Dimension {
  const [above, below] = [multipleOf(a), multipleOf(b)];
  if (!above || !below || below.count === 0 || above.count % below.count !== 0) return null;
  const count = above.count / below.count;
  if (above.symbol === below.symbol) return count;
  return below.symbol === null ? dimensionOf({ count, symbol: above.symbol }) : null;
}
