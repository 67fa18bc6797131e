import { AND, AND_NOT, OR, type Operator } from './leftDeep.js';
import { likelyPairs } from './likelyPairs.js';
import { pairAt, totalAt, type PairsWithin } from './pairCounts.js';

/** A formula of one or two atoms, `atom` or `atom operator second`, and what it gains. */
export interface Innermost {
  atom: number;
  operator: Operator;
  second: number | null;
  gain: number;
}

/**
 * What formulas gain in the positions that a branch of the search leaves open: q · hits − p · extras, where hits are firing
 * positions in which the formula holds, and extras others. Known are the counts of all atoms and pairs of atoms there.
 */
export class OpenPositions {
  /** By pairs of atoms. */
  readonly hitsOfPair: PairsWithin;
  readonly sizeOfPair: PairsWithin;
  readonly p: number;
  readonly q: number;
  /** Per atom. */
  readonly hits: Float64Array;
  readonly extras: Float64Array;
  /** Of all open positions in which any atom holds. */
  readonly allHits: number;
  readonly allExtras: number;

  constructor(atoms: number, p: number, q: number, hits: PairsWithin, sizes: PairsWithin) {
    this.p = p;
    this.q = q;
    this.hitsOfPair = hits;
    this.sizeOfPair = sizes;
    this.hits = new Float64Array(atoms);
    this.extras = new Float64Array(atoms);
    for (let atom = 0; atom < atoms; atom++) {
      const at = pairAt(atom, atom);
      this.hits[atom] = hits.at(at);
      this.extras[atom] = sizes.at(at) - this.hits[atom];
    }
    this.allHits = hits.at(totalAt(atoms));
    this.allExtras = sizes.at(totalAt(atoms)) - this.allHits;
  }

  gain(atom: number): number {
    return this.q * this.hits[atom] - this.p * this.extras[atom];
  }

  /** The single atom that gains most; the first of equals. */
  bestAtom(): Innermost {
    let best = 0;
    for (let atom = 1; atom < this.hits.length; atom++) if (this.gain(atom) > this.gain(best)) best = atom;
    return { atom: best, operator: OR, second: null, gain: this.gain(best) };
  }

  /** The two joined atoms that gain most, the first of equals, if that is more than `least`; otherwise null. */
  bestPair(least: number): Innermost | null {
    const { p, q } = this;
    let most = least;
    let best: Innermost | null = null;
    const { pairs } = likelyPairs(this.hits, this.extras, p, q, least);
    for (let i = 0; i < pairs.length; i += 2) {
      const [a, b] = [pairs[i], pairs[i + 1]];
      const at = pairAt(a, b);
      const both = (p + q) * this.hitsOfPair.at(at) - p * this.sizeOfPair.at(at);
      const gainA = this.gain(a);
      const gainB = this.gain(b);
      const or = gainA + gainB - both;
      if (or > most) best = { atom: a, operator: OR, second: b, gain: (most = or) };
      if (both > most) best = { atom: a, operator: AND, second: b, gain: (most = both) };
      if (gainA - both > most) best = { atom: a, operator: AND_NOT, second: b, gain: (most = gainA - both) };
      if (gainB - both > most) best = { atom: b, operator: AND_NOT, second: a, gain: (most = gainB - both) };
    }
    return best;
  }
}
