import type { LayerRows } from '../../shared/panelProtocol.js';
import { iouEnd, type IouEnd } from '../charts/iouScale.js';
import { alwaysOn, unitKind, wordsFor, type UnitKind } from './unitKind.js';

export type SortKey = 'iou' | 'lift' | 'fires' | 'number' | 'label';
export type ShowKey = 'all' | 'explained' | 'chance' | 'silent' | 'other' | 'changed';

/** How the rows of a layer are chosen and ordered. */
export interface RowQuery {
  filter: string;
  sort: SortKey;
  descending: boolean;
  show: ShowKey;
}

/** What drawing and filtering need of the rows, made once per layer so that typing stays fast. */
export interface RowIndex {
  kinds: UnitKind[];
  /** Lower-case label and status words. */
  texts: string[];
  /** Where the bars of the layer's IoUs end. */
  iouEnd: IouEnd;
}

export const sortTitles: Record<SortKey, string> = {
  iou: 'IoU',
  lift: 'Lift over chance',
  fires: 'Fire rate',
  number: 'Number',
  label: 'Label',
};

/** The direction in which a list is first wanted: the best, the most, the first. */
export const descendsFirst: Record<SortKey, boolean> = {
  iou: true,
  lift: true,
  fires: true,
  number: false,
  label: false,
};

export const showTitles: Record<ShowKey, string> = {
  all: 'All neurons',
  explained: 'Explained',
  chance: 'No better than chance',
  silent: 'Dead or constant',
  other: 'Rare or no match',
  changed: 'Changed since before',
};

const shown: Record<ShowKey, ReadonlySet<UnitKind> | null> = {
  all: null,
  explained: new Set<UnitKind>(['explained']),
  chance: new Set<UnitKind>(['chance']),
  silent: new Set<UnitKind>(['dead', 'constant']),
  other: new Set<UnitKind>(['rare', 'no-match', 'pending']),
  changed: null,
};

export function indexRows(rows: LayerRows): RowIndex {
  const kinds = Array.from(rows.units, (_, i) =>
    unitKind({ status: rows.status[i], label: rows.labels[i], iou: rows.iou[i], floor: rows.floor[i] }),
  );
  const texts = kinds.map((kind, i) => {
    const always = rows.fireRate[i] >= alwaysOn ? ' always on' : '';
    return `${rows.labels[i] ?? ''} ${wordsFor(kind, rows.saturated[i] === 1)}${always}`.toLowerCase();
  });
  const shown = kinds.flatMap((kind, i) =>
    kind === 'explained' || kind === 'chance' ? [rows.iou[i], rows.floor[i]] : [],
  );
  return { kinds, texts, iouEnd: iouEnd(shown) };
}

/**
 * Indices of the rows to show, in order. Every word of the filter must occur in a row's label or status; a whole number
 * also finds the neuron of that number, and nothing but such neurons and labels that contain it. Rows that have no value
 * to sort by stand last in either direction; ties keep the order of units.
 */
export function orderRows(rows: LayerRows, index: RowIndex, query: RowQuery): number[] {
  const kinds = shown[query.show];
  const words = query.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const numbers = words.map((word) => (/^#?\d+$/.test(word) ? Number(word.replace('#', '')) : -1));
  const chosen: number[] = [];
  for (let i = 0; i < rows.units.length; i++) {
    if (kinds && !kinds.has(index.kinds[i])) continue;
    // A filter that was chosen when there was a former checkpoint hides nothing where there is none.
    if (query.show === 'changed' && rows.changes && rows.changes[i] === null) continue;
    if (words.every((word, w) => rows.units[i] === numbers[w] || index.texts[i].includes(word))) chosen.push(i);
  }
  return sorted(chosen, rows, index, query);
}

function sorted(chosen: number[], rows: LayerRows, index: RowIndex, { sort, descending }: RowQuery): number[] {
  const direction = descending ? -1 : 1;
  if (sort === 'number') return descending ? chosen.reverse() : chosen;
  if (sort === 'label') {
    // One comparison of labels per distinct label, not per pair of rows.
    const distinct = [...new Set(chosen.map((i) => rows.labels[i] ?? ''))].sort(collator.compare);
    const ranks = new Map(distinct.map((label, rank) => [label, rank]));
    return byValue(chosen, (i) => (rows.labels[i] === null ? NaN : ranks.get(rows.labels[i])!), direction);
  }
  if (sort === 'fires') return byValue(chosen, (i) => rows.fireRate[i], direction);
  const hasLabel = (i: number) => index.kinds[i] === 'explained' || index.kinds[i] === 'chance';
  return byValue(chosen, (i) => (hasLabel(i) ? rows.iou[i] - (sort === 'lift' ? rows.floor[i] : 0) : NaN), direction);
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

function byValue(chosen: number[], value: (i: number) => number, direction: number): number[] {
  const values = new Map(chosen.map((i) => [i, value(i)]));
  return chosen.sort((a, b) => {
    const left = values.get(a)!;
    const right = values.get(b)!;
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
    return direction * (left - right) || a - b;
  });
}
