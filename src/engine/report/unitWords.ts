import { boundWords } from '../../shared/boundWords.js';
import { isSaturated, saturatedWords } from '../../shared/saturation.js';
import type { UnitExplanation } from '../../shared/results.js';

/** What a reader should think of a unit: the report's colours, filters and summaries go by this. */
export type Worth = 'explained' | 'chance' | 'silent' | 'other';

export function worthOf(unit: UnitExplanation): Worth {
  if (unit.status === 'dead' || unit.status === 'constant') return 'silent';
  if (unit.status !== 'explained' || unit.label === null) return 'other';
  return unit.iou > unit.floor ? 'explained' : 'chance';
}

/** What there is to say beside, or instead of, the label; empty for an ordinary label. */
export function remarkOn(unit: UnitExplanation, op: string): string {
  if ((unit.status === 'dead' || unit.status === 'constant') && isSaturated(op, unit))
    return saturatedWords[unit.status];
  switch (unit.status) {
    case 'dead':
      return 'never fires';
    case 'constant':
      return 'the same value everywhere';
    case 'rare':
      return 'fires too rarely to be explained';
    case 'no-match':
      return 'no formula overlaps it';
    default:
      if (unit.label === null) return 'not labelled';
      if (unit.fireRate === 1) return 'always fires';
      return worthOf(unit) === 'chance' ? 'no better than chance' : (boundWords(unit) ?? '');
  }
}

/** `41 %`, `0.8 %`, `< 0.1 %`; only what is nothing or all reads 0 % or 100 %. */
export function percent(share: number): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  if (share < 0.001) return '< 0.1 %';
  if (share < 0.0995) return `${(100 * share).toFixed(1)} %`;
  return share > 0.99 ? '> 99 %' : `${Math.round(100 * share)} %`;
}
