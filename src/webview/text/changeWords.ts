import type { UnitChange, UnitChangeKind } from '../../shared/checkpointChange.js';
import type { FormerSummary } from '../../shared/panelProtocol.js';
import { count } from './numbers.js';

/** `2 died, 1 woke, 12 have another label, 5 another IoU` */
export function changeWords(counts: Record<UnitChangeKind, number>): string {
  const words: Record<UnitChangeKind, string> = {
    died: 'died',
    woke: 'woke',
    relabelled: 'moved to another label',
    iou: 'kept their label at another IoU',
  };
  const parts = (Object.keys(words) as UnitChangeKind[])
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${count(counts[kind])} ${words[kind]}`);
  return parts.join(', ') || 'nothing changed';
}

export const changedUnits = ({ counts }: FormerSummary): number => Object.values(counts).reduce((a, b) => a + b, 0);

export const kindOfChange: Record<UnitChangeKind, string> = {
  died: 'died',
  woke: 'woke',
  relabelled: 'other label',
  iou: 'other IoU',
};

/** How a unit stood on one side of a comparison, where it has no label that is better than chance. */
export function standing({ status, label, iou, floor }: UnitChange['before']): string {
  if (status === 'no-match') return 'no match';
  if (status !== 'explained') return status;
  return label === null || iou <= floor ? 'no better than chance' : label;
}
