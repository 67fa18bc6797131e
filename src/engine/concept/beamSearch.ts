import type { GroupCounts } from '../unit/groupCounter.js';
import { AND, AND_NOT, joined, leaf, OR } from './leftDeep.js';
import { Overlaps, type Overlap } from './overlaps.js';
import { PublishedBeam } from './publishedBeam.js';
import { intersectionOverUnion, Ranking, type Scored } from './ranking.js';
import type { SearchSpace } from './searchSpace.js';
import type { Sliced } from './slices.js';

/** Formulas kept besides the beam's, for the runners-up. */
const fewestKept = 6;

export interface BeamOptions {
  maxLength: number;
  beam: number;
}

/**
 * Beam search over left-deep formulas (Mu and Andreas 2020): the best `beam` atoms; then, maxLength − 1 times, each formula
 * of the beam joined to each atom by OR, AND, AND NOT, the best of old and new being the next beam.
 *
 * Differs from the published code where that loses formulas: those with equal masks are one (there they fill the beam);
 * atoms that don't overlap the unit are joined too (useful under AND NOT; there they are dropped). A formula whose
 * extensions were tried in an earlier round is not extended again: the beam can only have become better since.
 * A beam with more in it may still leave the one path that leads further, so the published beam is followed beside it
 * (`PublishedBeam`; nearly always it needs no work of its own): the result is never worse than the published one.
 *
 * @param unit firing positions per group
 * @param fires their sum
 * @returns best first; the first `beam` are the beam, a few more may follow
 */
export function* beamSearch(
  space: SearchSpace,
  unit: GroupCounts,
  fires: number,
  { maxLength, beam }: BeamOptions,
): Sliced<Ranking> {
  const ranking = new Ranking(Math.max(beam, fewestKept), (formula) => space.mask(formula));
  const published = new PublishedBeam(beam);
  const hits = space.hits(unit);
  const overlaps = new Overlaps(space, unit);
  const known = new Map<string, Extensions>();
  const extensions = (left: Scored): Extensions => {
    const { key } = left.formula;
    let all = known.get(key);
    if (!all) {
      // Formulas with equal masks have equal extensions.
      const twin = ranking.twinOf(left);
      if (twin && known.has(twin.formula.key)) {
        overlaps.isAs(key, twin.formula.key);
        all = known.get(twin.formula.key)!;
      } else all = extended(left, hits, space.sizes, overlaps.of(left.formula), fires);
      known.set(key, all);
    }
    return all;
  };
  const joinedTo = (left: Scored, all: Extensions, i: number): Scored => ({
    formula: joined(left.formula, operators[i % 3], Math.floor(i / 3)),
    hits: all.hits[i],
    size: all.sizes[i],
    iou: all.ious[i],
  });

  for (let atom = 0; atom < space.atoms; atom++) {
    const iou = intersectionOverUnion(hits[atom], space.sizes[atom], fires);
    if (iou === 0) continue;
    const single = { formula: leaf(atom), hits: hits[atom], size: space.sizes[atom], iou };
    ranking.offer(single);
    if (published.admits(iou)) published.add(single);
  }
  for (let length = 2; length <= maxLength; length++) {
    for (const left of ranking.entries.slice(0, beam).filter(({ formula }) => formula.length === length - 1)) {
      yield;
      const all = extensions(left);
      for (let i = 0; i < all.ious.length; i++) {
        if (ranking.admits(all.ious[i], length)) ranking.offer(joinedTo(left, all, i));
      }
    }
    for (const left of [...published.entries]) {
      yield;
      const all = extensions(left);
      for (let i = 0; i < all.ious.length; i++) {
        if (!published.admits(all.ious[i]) || hits[Math.floor(i / 3)] === 0) continue;
        const candidate = joinedTo(left, all, i);
        published.add(candidate);
        ranking.offer(candidate);
      }
    }
  }
  return ranking;
}

const operators = [OR, AND, AND_NOT] as const;

/** Of the formulas that one more atom makes of another: atom by atom, with OR, AND and AND NOT in this order. */
interface Extensions {
  hits: Float64Array;
  sizes: Float64Array;
  ious: Float64Array;
}

/** AND, OR and AND NOT all follow from what the formula and the atom have in common. */
function extended(left: Scored, hits: Float64Array, sizes: Float64Array, both: Overlap, fires: number): Extensions {
  const all = { hits: new Float64Array(3 * hits.length), sizes: new Float64Array(3 * hits.length) };
  for (let atom = 0; atom < hits.length; atom++) {
    const [h, s] = [both.hits[atom], both.sizes[atom]];
    all.hits[3 * atom] = left.hits + hits[atom] - h;
    all.sizes[3 * atom] = left.size + sizes[atom] - s;
    all.hits[3 * atom + 1] = h;
    all.sizes[3 * atom + 1] = s;
    all.hits[3 * atom + 2] = left.hits - h;
    all.sizes[3 * atom + 2] = left.size - s;
  }
  return { ...all, ious: all.hits.map((hit, i) => intersectionOverUnion(hit, all.sizes[i], fires)) };
}
