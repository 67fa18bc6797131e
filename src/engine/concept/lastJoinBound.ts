import { AND, OR, type Operator } from './leftDeep.js';
import type { Joins } from './optimalSearch.js';

/**
 * The highest IoU that (f op b) op′ c may have, over all atoms c and operators op′, from the overlaps of pairs.
 *
 * With x = |f ∩ b ∩ c| unknown (of hits, and likewise of extras) but all pairs known, x lies between
 * max(0, |fb| + |fc| − |f|, |fb| + |bc| − |b|, |fc| + |bc| − |c|) and min(|fb|, |fc|, |bc|) (Bonferroni), and the part of
 * g = f op b that lies in c is |fc| + |bc| − x, x, or |fc| − x for OR, AND, AND NOT. Hits at their highest over extras at
 * their lowest bound the IoU.
 *
 * @param left  f and its overlaps
 * @param right b and its overlaps
 * @param hits  |U ∩ c| of every atom
 * @param sizes |c| of every atom
 * @param fires |U|
 */
export function lastJoinBound(
  left: Joins,
  right: Joins,
  operator: Operator,
  hits: Float64Array,
  sizes: Float64Array,
  fires: number,
): number {
  const b = right.of.formula.atom;
  const leftHits = left.of.hits;
  const leftExtras = left.of.size - leftHits;
  const rightHits = right.of.hits;
  const rightExtras = right.of.size - rightHits;
  const bothHits = left.hits[b];
  const bothExtras = left.sizes[b] - bothHits;
  const whole = (f: number, other: number, both: number): number =>
    operator === OR ? f + other - both : operator === AND ? both : f - both;
  const joinedHits = whole(leftHits, rightHits, bothHits);
  const joinedExtras = whole(leftExtras, rightExtras, bothExtras);
  let best = 0;
  for (let c = 0; c < hits.length; c++) {
    // Hits: the least and the most of g that c may hold.
    const lh = left.hits[c];
    const rh = right.hits[c];
    let low = lowest(bothHits, lh, rh, leftHits, rightHits, hits[c]);
    let high = Math.min(bothHits, lh, rh);
    const leastHits = operator === OR ? lh + rh - high : operator === AND ? low : lh - high;
    const mostHits = operator === OR ? lh + rh - low : operator === AND ? high : lh - low;
    // Extras, likewise.
    const le = left.sizes[c] - lh;
    const re = right.sizes[c] - rh;
    const ce = sizes[c] - hits[c];
    low = lowest(bothExtras, le, re, leftExtras, rightExtras, ce);
    high = Math.min(bothExtras, le, re);
    const leastExtras = operator === OR ? le + re - high : operator === AND ? low : le - high;
    const mostExtras = operator === OR ? le + re - low : operator === AND ? high : le - low;

    const or = (joinedHits + hits[c] - leastHits) / (fires + joinedExtras + ce - mostExtras);
    const and = mostHits / (fires + leastExtras);
    const andNot = (joinedHits - leastHits) / (fires + joinedExtras - mostExtras);
    if (or > best) best = or;
    if (and > best) best = and;
    if (andNot > best) best = andNot;
  }
  return best;
}

/** The least that three sets can share, by the sizes of pairs and singles. */
function lowest(fb: number, fc: number, bc: number, f: number, b: number, c: number): number {
  return Math.max(0, fb + fc - f, fb + bc - b, fc + bc - c);
}
