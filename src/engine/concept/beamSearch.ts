import type { GroupCounts } from '../unit/groupCounter.js';
import { AND, AND_NOT, OR } from './leftDeep.js';
import { intersectionOverUnion, Ranking } from './ranking.js';
import type { Masked, SearchSpace } from './searchSpace.js';

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
  const hits = space.hits(unit, null);
  const { sizes } = space;
  const consider = (both: number, size: number, length: number, make: () => Masked): void => {
    const iou = intersectionOverUnion(both, size, fires);
    if (ranking.admits(iou, length)) ranking.offer({ ...make(), hits: both, size, iou });
  };

  for (let atom = 0; atom < space.atoms; atom++) consider(hits[atom], sizes[atom], 1, () => space.leaf(atom));
  for (let length = 2; length <= maxLength; length++) {
    const toExtend = ranking.entries.slice(0, beam).filter(({ formula }) => formula.length === length - 1);
    if (toExtend.length === 0) break;
    for (const left of toExtend) {
      const hitsWith = space.hits(unit, left.mask);
      const sizesWith = space.overlaps(left);
      for (let atom = 0; atom < space.atoms; atom++) {
        const [h, s] = [hitsWith[atom], sizesWith[atom]];
        consider(left.hits + hits[atom] - h, left.size + sizes[atom] - s, length, () => space.join(left, OR, atom));
        consider(h, s, length, () => space.join(left, AND, atom));
        consider(left.hits - h, left.size - s, length, () => space.join(left, AND_NOT, atom));
      }
    }
  }
  return ranking;
}
