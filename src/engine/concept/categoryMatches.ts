import type { CategoryMatch } from '../../shared/results.js';
import type { GroupCounts } from '../unit/groupCounter.js';
import { hasBit, type ConceptSet } from './conceptSet.js';
import type { Groups } from './groups.js';

/**
 * The concept of each category that a unit agrees with best, with the counts behind it, as Network Dissection's `tally.csv` has
 * them. Only samples in which the category's concepts were looked for count.
 */
export function categoryMatches(groups: Groups, set: ConceptSet, unit: GroupCounts): CategoryMatch[] {
  const { atoms, members, words, sizes, domains } = groups;
  const matches = new Map<string, CategoryMatch>();
  atoms.forEach(({ name, concept }, atom) => {
    const row = members.subarray(atom * words, (atom + 1) * words);
    const domain = domains?.[atom] ?? null;
    let intersect = 0;
    let activation = 0;
    unit.groups.forEach((group, i) => {
      if (domain !== null && !hasBit(domain, group)) return;
      activation += unit.counts[i];
      if (hasBit(row, group)) intersect += unit.counts[i];
    });
    const truth = sizeOf(row, sizes);
    const { category } = set.concepts[concept];
    const iou = intersect / (activation + truth - intersect || 1);
    const before = matches.get(category);
    if (!before || iou > before.iou)
      matches.set(category, { category, label: name, truth, activation, intersect, iou });
  });
  return [...matches.values()].sort((a, b) => b.iou - a.iou || (a.category < b.category ? -1 : 1));
}

const known = new WeakMap<ArrayBufferLike, Map<number, number>>();

/** Positions at which an atom holds: the same for every unit. */
function sizeOf(row: Uint32Array, sizes: Float64Array): number {
  let ofRows = known.get(row.buffer);
  if (!ofRows) known.set(row.buffer, (ofRows = new Map()));
  let size = ofRows.get(row.byteOffset);
  if (size === undefined) {
    size = 0;
    for (let w = 0; w < row.length; w++) {
      for (let bits = row[w]; bits !== 0; bits &= bits - 1) size += sizes[w * 32 + 31 - Math.clz32(bits & -bits)];
    }
    ofRows.set(row.byteOffset, size);
  }
  return size;
}
