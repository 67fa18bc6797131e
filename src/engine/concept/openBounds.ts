import { likelyPairs } from './likelyPairs.js';
import type { OpenPositions } from './openPositions.js';
import { pairAt, type PairTable } from './pairCounts.js';

/** Of two numbers in the list of pairs each takes about half of these. */
const stepsOfPair = 10;

/**
 * What can be gained at most (see `OpenPositions`) once one more atom is decided: in those open positions in which it holds,
 * or in those in which it does not. There the counts of atoms are known, and those of pairs up to what three sets can share.
 */
export class OpenBounds {
  readonly #parent: OpenPositions;
  readonly #hitsOfPair: PairTable;
  readonly #sizeOfPair: PairTable;
  #x = 0;
  #holds = false;
  readonly #hits: Float64Array;
  readonly #extras: Float64Array;
  readonly #largest: Float64Array;
  /** Additions so far, about. */
  steps = 0;
  /** Firing positions that stay open, and positions that the atom decides. */
  allHits = 0;
  decided = 0;

  /** @param atoms that a formula inside may have at most */
  constructor(parent: OpenPositions, atoms: number) {
    this.#parent = parent;
    this.#hitsOfPair = parent.hitsOfPair.table();
    this.#sizeOfPair = parent.sizeOfPair.table();
    this.#hits = new Float64Array(parent.hits.length);
    this.#extras = new Float64Array(parent.hits.length);
    this.#largest = new Float64Array(atoms);
  }

  /** Looks at the open positions in which the atom holds, or does not. */
  decide(x: number, holds: boolean): void {
    const { hits, extras, allHits, allExtras } = this.#parent;
    this.#x = x;
    this.#holds = holds;
    this.allHits = holds ? hits[x] : allHits - hits[x];
    const size = hits[x] + extras[x];
    this.decided = holds ? allHits + allExtras - size : size;
  }

  /**
   * An upper bound for formulas of up to `rest` atoms, 2 or more; anything not above `least` where none gains more than that.
   *
   * Every formula gains at most q · hits of all that is open. Of k atoms joined by OR alone, each brings its hits, and the extras
   * are at least the mean of the atoms' own; other formulas have at most k − 1 atoms that bring hits, and may lose all extras.
   */
  bound(rest: number, least: number): number {
    const { p, q } = this.#parent;
    const all = q * this.allHits;
    if (all <= least) return all;
    this.#measure();
    this.steps += 4 * this.#hits.length;
    if (rest === 2) return this.#pairs(least);
    const [hits, extras] = [this.#hits, this.#extras];
    const ors = this.#sumOfLargest(rest, (a) => rest * q * hits[a] - p * extras[a]) / rest;
    const mixed = q * this.#sumOfLargest(rest - 1, (a) => hits[a]);
    return Math.min(all, Math.max(Math.ceil(ors), mixed));
  }

  #measure(): void {
    const { hits, extras } = this.#parent;
    const [own, ownExtras, x, holds] = [this.#hits, this.#extras, this.#x, this.#holds];
    for (let a = 0; a < hits.length; a++) {
      const at = a < x ? (x * (x + 1)) / 2 + a : (a * (a + 1)) / 2 + x;
      const both = this.#hitsOfPair[at];
      const bothExtras = this.#sizeOfPair[at] - both;
      own[a] = holds ? both : hits[a] - both;
      ownExtras[a] = holds ? bothExtras : extras[a] - bothExtras;
    }
  }

  #sumOfLargest(count: number, value: (atom: number) => number): number {
    const largest = this.#largest;
    largest.fill(0, 0, count);
    for (let a = 0; a < this.#hits.length; a++) {
      const own = value(a);
      if (own <= largest[count - 1]) continue;
      let i = count - 1;
      for (; i > 0 && own > largest[i - 1]; i--) largest[i] = largest[i - 1];
      largest[i] = own;
    }
    let sum = 0;
    for (let i = 0; i < count; i++) sum += largest[i];
    return sum;
  }

  /**
   * |a ∩ b ∩ x| lies between max(0, ab + ax − a, ab + bx − b, ax + bx − x) and min(ab, ax, bx) (Bonferroni, Fréchet), of hits
   * and of extras alike; so does what a and b share here.
   */
  #pairs(least: number): number {
    const { p, q, hits: whole, extras: wholeExtras } = this.#parent;
    const [hits, extras, x, holds] = [this.#hits, this.#extras, this.#x, this.#holds];
    const [hitsOfPair, sizeOfPair] = [this.#hitsOfPair, this.#sizeOfPair];
    const wholeHitsX = whole[x];
    const wholeExtrasX = wholeExtras[x];
    let most = least;
    const { pairs, steps } = likelyPairs(hits, extras, p, q, least);
    this.steps += steps + stepsOfPair * pairs.length;
    for (let i = 0; i < pairs.length; i += 2) {
      const a = pairs[i];
      const b = pairs[i + 1];
      const at = a < b ? (b * (b + 1)) / 2 + a : (a * (a + 1)) / 2 + b;
      const ax = pairAt(a, x);
      const bx = pairAt(b, x);
      const ab = hitsOfPair[at];
      let low = shareLeast(ab, hitsOfPair[ax], hitsOfPair[bx], whole[a], whole[b], wholeHitsX);
      let high = Math.min(ab, hitsOfPair[ax], hitsOfPair[bx]);
      const leastHits = holds ? low : ab - high;
      const mostHits = holds ? high : ab - low;
      const abExtras = sizeOfPair[at] - ab;
      const axExtras = sizeOfPair[ax] - hitsOfPair[ax];
      const bxExtras = sizeOfPair[bx] - hitsOfPair[bx];
      low = shareLeast(abExtras, axExtras, bxExtras, wholeExtras[a], wholeExtras[b], wholeExtrasX);
      high = Math.min(abExtras, axExtras, bxExtras);
      const leastExtras = holds ? low : abExtras - high;
      const mostExtras = holds ? high : abExtras - low;
      // What a and b share is worth between `worst` and `best`; OR and AND NOT gain the less, the more it is worth.
      const worst = q * leastHits - p * mostExtras;
      const best = q * mostHits - p * leastExtras;
      const gainA = q * hits[a] - p * extras[a];
      const gainB = q * hits[b] - p * extras[b];
      most = Math.max(most, best, gainA + gainB - worst, gainA - worst, gainB - worst);
    }
    return most;
  }
}

/** The least that three sets share, by the sizes of pairs and singles. */
function shareLeast(ab: number, ax: number, bx: number, a: number, b: number, x: number): number {
  let least = 0;
  if (ab + ax - a > least) least = ab + ax - a;
  if (ab + bx - b > least) least = ab + bx - b;
  if (ax + bx - x > least) least = ax + bx - x;
  return least;
}
