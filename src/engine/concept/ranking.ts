import type { LeftDeep } from './leftDeep.js';

/** A formula with its score against one unit. */
export interface Scored {
  formula: LeftDeep;
  /** |U ∩ f| */
  hits: number;
  /** |f| */
  size: number;
  iou: number;
}

/**
 * |U ∩ f| / |U ∪ f|. Counts are whole numbers below 2^53, so equal fractions give equal doubles; different ones do where both
 * unions are below 2^26 positions, and at worst tie beyond that.
 */
export const intersectionOverUnion = (hits: number, size: number, fires: number): number =>
  hits === 0 ? 0 : hits / (fires + size - hits);

/**
 * The best formulas so far, distinct by mask. One order everywhere: higher IoU, then fewer atoms, then the one found first.
 */
export class Ranking {
  readonly #size: number;
  readonly #mask: (formula: LeftDeep) => Uint32Array;
  readonly entries: Scored[] = [];

  /** @param mask tells the groups in which a formula holds */
  constructor(size: number, mask: (formula: LeftDeep) => Uint32Array) {
    this.#size = size;
    this.#mask = mask;
  }

  /** Whether a formula of this score, found now, would enter (if no equal mask is there already). */
  admits(iou: number, length: number): boolean {
    if (iou === 0) return false;
    if (this.entries.length < this.#size) return true;
    const last = this.entries[this.entries.length - 1];
    return iou > last.iou || (iou === last.iou && length < last.formula.length);
  }

  /** Adds a formula that `admits` lets in, unless a shorter or earlier one has the same mask. */
  offer(candidate: Scored): void {
    const { length } = candidate.formula;
    if (!this.admits(candidate.iou, length)) return;
    const twin = this.twinOf(candidate);
    if (twin) {
      if (twin.formula.length <= length) return;
      this.entries.splice(this.entries.indexOf(twin), 1);
    }
    let i = this.entries.length;
    while (i > 0 && before(candidate, this.entries[i - 1])) i--;
    this.entries.splice(i, 0, candidate);
    if (this.entries.length > this.#size) this.entries.pop();
  }

  /** The entry with the same mask. */
  twinOf(candidate: Scored): Scored | undefined {
    return this.entries.find((entry) => this.#sameMask(entry, candidate));
  }

  /** Most differ in their counts already. */
  #sameMask(a: Scored, b: Scored): boolean {
    if (a.size !== b.size || a.hits !== b.hits) return false;
    if (a.formula.key === b.formula.key) return true;
    const [own, other] = [this.#mask(a.formula), this.#mask(b.formula)];
    for (let w = 0; w < own.length; w++) if (own[w] !== other[w]) return false;
    return true;
  }
}

const before = (a: { iou: number; formula: LeftDeep }, b: { iou: number; formula: LeftDeep }): boolean =>
  a.iou > b.iou || (a.iou === b.iou && a.formula.length < b.formula.length);
