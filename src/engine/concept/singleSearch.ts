import type { GroupCounts } from '../unit/groupCounter.js';
import { leaf } from './leftDeep.js';
import { intersectionOverUnion, Ranking } from './ranking.js';
import type { SearchSpace } from './searchSpace.js';

/** Best concepts kept: one, and the runners-up. */
const kept = 6;

/**
 * The concepts that describe a unit best, each by itself (Network Dissection, Bau et al. 2017): |U ∩ c| / |U ∪ c| over the
 * samples in which the concept's category was looked for; a unit is not blamed for firing where nobody looked.
 *
 * @param unit firing positions per group
 * @param fires their sum
 */
export function singleSearch(space: SearchSpace, unit: GroupCounts, fires: number): Ranking {
  const ranking = new Ranking(kept, (formula) => space.mask(formula));
  const hits = space.hits(unit);
  const within = new Map<Uint32Array | null, number>([[null, fires]]);
  for (let atom = 0; atom < space.atoms; atom++) {
    const domain = space.groups.domains?.[atom] ?? null;
    let fired = within.get(domain);
    if (fired === undefined) within.set(domain, (fired = firesWithin(unit, domain!)));
    const iou = intersectionOverUnion(hits[atom], space.sizes[atom], fired);
    if (iou > 0) ranking.offer({ formula: leaf(atom), hits: hits[atom], size: space.sizes[atom], iou });
  }
  return ranking;
}

function firesWithin({ groups, counts }: GroupCounts, domain: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    if ((domain[group >>> 5] >>> (group & 31)) & 1) sum += counts[i];
  }
  return sum;
}
