import type { CheckpointChange, UnitChange, UnitChangeKind } from '../../shared/checkpointChange.js';
import { kindOfChange, standing } from '../text/changeWords.js';

export type ChangeKey = 'all' | UnitChangeKind;

export const changeTitles: Record<ChangeKey, string> = {
  all: 'All changes',
  died: 'Died',
  woke: 'Woke',
  relabelled: 'Other label',
  iou: 'Other IoU',
};

export interface ChangeRow extends UnitChange {
  /** Tensor name. */
  layer: string;
  title: string;
}

/**
 * The changed units that the Changes tab lists, most changed first; ties in the model's order. Every word of the filter
 * must occur in a label of before or now, in the kind of change or in the layer's name; a whole number is the unit's.
 */
export function changeRows(
  change: CheckpointChange,
  title: (layer: string) => string,
  { filter, layer, kind }: { filter: string; layer: string | null; kind: ChangeKey },
): ChangeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: ChangeRow[] = [];
  for (const { name, changed } of change.layers) {
    if (layer !== null && layer !== name) continue;
    const shown = title(name);
    for (const unit of changed) {
      if (kind !== 'all' && kind !== unit.kind) continue;
      const text = `${standing(unit.before)} ${standing(unit.after)} ${kindOfChange[unit.kind]} ${shown}`.toLowerCase();
      if (words.every((word) => word.replace('#', '') === String(unit.unit) || text.includes(word)))
        rows.push({ ...unit, layer: name, title: shown });
    }
  }
  return rows.sort((a, b) => b.size - a.size);
}
