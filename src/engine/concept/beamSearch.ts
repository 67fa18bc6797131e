import type { GroupCounts } from '../unit/groupCounter.js';
import { AND, AND_NOT, OR, type Operator } from './leftDeep.js';
import { PublishedBeam } from './publishedBeam.js';
import { intersectionOverUnion, Ranking, type Scored } from './ranking.js';
import type { SearchSpace } from './searchSpace.js';

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
export function beamSearch(
  space: SearchSpace,
  unit: GroupCounts,
  fires: number,
  { maxLength, beam }: BeamOptions,
): Ranking {
  const ranking = new Ranking(Math.max(beam, fewestKept));
  const published = new PublishedBeam(beam);
  const hits = space.hits(unit, null);
  const { sizes } = space;
  const overlaps = new Map<string, { hits: Float64Array; sizes: Float64Array }>();

  /** All that one more atom makes of a formula, in order. */
  const extensions = (left: Scored, visit: (operator: Operator, atom: number, hits: number, size: number) => void) => {
    const { key } = left.formula;
    let both = overlaps.get(key);
    if (!both) overlaps.set(key, (both = { hits: space.hits(unit, left.mask), sizes: space.overlaps(left) }));
    for (let atom = 0; atom < space.atoms; atom++) {
      const [h, s] = [both.hits[atom], both.sizes[atom]];
      visit(OR, atom, left.hits + hits[atom] - h, left.size + sizes[atom] - s);
      visit(AND, atom, h, s);
      visit(AND_NOT, atom, left.hits - h, left.size - s);
    }
  };

  for (let atom = 0; atom < space.atoms; atom++) {
    const iou = intersectionOverUnion(hits[atom], sizes[atom], fires);
    if (iou === 0) continue;
    const leaf = { ...space.leaf(atom), hits: hits[atom], size: sizes[atom], iou };
    ranking.offer(leaf);
    if (published.admits(iou)) published.add(leaf);
  }
  for (let length = 2; length <= maxLength; length++) {
    for (const left of ranking.entries.slice(0, beam).filter(({ formula }) => formula.length === length - 1)) {
      extensions(left, (operator, atom, hit, size) => {
        const iou = intersectionOverUnion(hit, size, fires);
        if (ranking.admits(iou, length)) ranking.offer({ ...space.join(left, operator, atom), hits: hit, size, iou });
      });
    }
    for (const left of [...published.entries]) {
      extensions(left, (operator, atom, hit, size) => {
        const iou = intersectionOverUnion(hit, size, fires);
        if (hits[atom] === 0 || !published.admits(iou)) return;
        const candidate = { ...space.join(left, operator, atom), hits: hit, size, iou };
        published.add(candidate);
        ranking.offer(candidate);
      });
    }
  }
  return ranking;
}
