import type { UnitStatus } from '../../shared/results.js';
import { saturatedWords } from '../../shared/saturation.js';

/** How a unit stands, as the page shows, filters and counts it. */
export type UnitKind = 'explained' | 'chance' | 'dead' | 'constant' | 'rare' | 'no-match' | 'pending';

/** From here on a unit counts as one that is always on. */
export const alwaysOn = 0.99;

export function unitKind(unit: { status: UnitStatus; label: string | null; iou: number; floor: number }): UnitKind {
  if (unit.status !== 'explained') return unit.status;
  if (unit.label === null) return 'pending';
  return unit.iou > unit.floor ? 'explained' : 'chance';
}

/** What a unit without a label worth showing says instead. */
const kindWords: Record<UnitKind, string> = {
  explained: 'explained',
  chance: 'no better than chance',
  dead: 'dead: never fires on these inputs',
  constant: 'constant: the same activation everywhere',
  rare: 'rare: fires too seldom to be explained',
  'no-match': 'no match: no concept overlaps it',
  pending: 'not labelled yet',
};

export const wordsFor = (kind: UnitKind, saturated: boolean): string =>
  saturated && (kind === 'dead' || kind === 'constant') ? saturatedWords[kind] : kindWords[kind];
