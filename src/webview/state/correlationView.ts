/** What is to be correlated, and how it is shown, as the user left it. */
export interface CorrelationView {
  /** Number or name; null: the first output. */
  class: string | null;
  auto: boolean;
  /** Column of a single output's targets; null: none. */
  target: string | null;
  samples: number;
  /** Fields a side that a map is summed over; 0: none. */
  regions: 0 | 2 | 3 | 4;
  sort: ShareSort;
  /** Columns that are summed, by name. */
  groups: string[][];
}

export type ShareSort = 'size' | 'value' | 'order';

export const shareSortTitles: Record<ShareSort, string> = {
  size: 'Size',
  value: 'Highest first',
  order: 'As in the input',
};

/** Points on each path: as the authors' package has them. */
export const correlationSteps = 64;

export const initialCorrelation: CorrelationView = {
  class: null,
  auto: false,
  target: null,
  samples: 100,
  regions: 0,
  sort: 'size',
  groups: [],
};

export function restoreCorrelation(saved: Record<string, unknown>): CorrelationView {
  const start = initialCorrelation;
  const { samples, regions, groups } = saved;
  const isGroup = (group: unknown): group is string[] =>
    Array.isArray(group) && group.length > 0 && group.every((name) => typeof name === 'string');
  return {
    class: typeof saved.class === 'string' ? saved.class : null,
    auto: saved.auto === true,
    target: typeof saved.target === 'string' ? saved.target : null,
    samples: typeof samples === 'number' && Number.isInteger(samples) && samples > 1 ? samples : start.samples,
    regions: ([0, 2, 3, 4] as const).find((side) => side === regions) ?? start.regions,
    sort: restoreShareSort(saved.sort),
    groups: Array.isArray(groups) ? groups.filter(isGroup) : [],
  };
}

export const restoreShareSort = (saved: unknown): ShareSort =>
  typeof saved === 'string' && saved in shareSortTitles ? (saved as ShareSort) : 'size';
