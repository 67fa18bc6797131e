import {
  controlMethod,
  evaluationMetrics,
  type EvaluationMetric,
  type EvaluationRow,
  type EvaluationTable,
} from '../../shared/evaluation.js';

export type EvaluationColumn = 'method' | 'layer' | EvaluationMetric;

export interface EvaluationSort {
  column: EvaluationColumn;
  descending: boolean;
}

export interface JudgedCell {
  metric: EvaluationMetric;
  /** Null: not measured. */
  value: number | null;
  /** Pictures that the mean is over. */
  samples: number;
  /** By how much it is better than Random-CAM on the same layer, as a share of the largest difference in the column; null without either. */
  advantage: number | null;
  isBest: boolean;
}

export interface JudgedRow {
  method: string;
  layer: string | null;
  isControl: boolean;
  problem: string | null;
  cells: JudgedCell[];
}

/** Better first: where a column is sorted for the first time. */
export const bestFirst = (column: EvaluationColumn): boolean =>
  column !== 'method' && column !== 'layer' && evaluationMetrics[column].better === 'higher';

/** The table's rows with what each number is worth; null as `sort`: in the order in which they were asked for. */
export function judgedRows(
  { rows, metrics }: EvaluationTable,
  sort: EvaluationSort | null,
  titles: { method: (name: string) => string; layer: (name: string) => string },
): JudgedRow[] {
  const columns = new Map(metrics.map((metric) => [metric, columnOf(rows, metric)]));
  const judged = rows.map((row, i): JudgedRow => ({
    method: row.method,
    layer: row.layer,
    isControl: row.method === controlMethod,
    problem: row.problem,
    cells: metrics.map((metric) => columns.get(metric)![i]),
  }));
  if (!sort) return judged;
  const sign = sort.descending ? -1 : 1;
  const text = (row: JudgedRow): string =>
    sort.column === 'method' ? titles.method(row.method) : row.layer === null ? '' : titles.layer(row.layer);
  if (sort.column === 'method' || sort.column === 'layer')
    return judged.sort((a, b) => sign * text(a).localeCompare(text(b), undefined, { numeric: true }));
  const at = metrics.indexOf(sort.column);
  // What was not measured comes last, however the others are sorted.
  return judged.sort((a, b) => {
    const [x, y] = [a.cells[at]?.value ?? null, b.cells[at]?.value ?? null];
    return x === null || y === null ? Number(x === null) - Number(y === null) : sign * (x - y);
  });
}

function columnOf(rows: readonly EvaluationRow[], metric: EvaluationMetric): JudgedCell[] {
  const sign = evaluationMetrics[metric].better === 'higher' ? 1 : -1;
  const values = rows.map((row) => row.values[metric] ?? null);
  const better = rows.map((row, i) => {
    const control = chanceOf(rows, metric, row.layer);
    return values[i] === null || control === null ? null : sign * (values[i] - control);
  });
  const largest = better.reduce((most: number, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const own = rows.flatMap((row, i) => (row.method === controlMethod || values[i] === null ? [] : [sign * values[i]]));
  const best = Math.max(...own);
  return rows.map((row, i) => ({
    metric,
    value: values[i],
    samples: row.samples[metric] ?? 0,
    advantage: better[i] === null ? null : largest > 0 ? better[i] / largest : 0,
    isBest: own.length > 1 && row.method !== controlMethod && values[i] !== null && sign * values[i] === best,
  }));
}

/** Random-CAM's value on the layer; for methods of the whole model its mean over layers. */
function chanceOf(rows: readonly EvaluationRow[], metric: EvaluationMetric, layer: string | null): number | null {
  const controls = rows.filter((row) => row.method === controlMethod);
  const same = controls.filter((row) => layer !== null && row.layer === layer);
  const values = (same.length > 0 ? same : controls)
    .map((row) => row.values[metric] ?? null)
    .filter((value) => value !== null);
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** As shown, with all digits, for a spreadsheet. */
export function evaluationTsv(
  rows: readonly JudgedRow[],
  metrics: readonly EvaluationMetric[],
  titles: { method: (name: string) => string; layer: (name: string) => string },
): string {
  const plain = (text: string): string => text.replace(/\s+/g, ' ');
  const header = ['Method', 'Layer', ...metrics.map((metric) => evaluationMetrics[metric].title)];
  const lines = rows.map(({ method, layer, cells }) => [
    plain(titles.method(method)),
    layer === null ? '' : plain(titles.layer(layer)),
    ...cells.map(({ value }) => (value === null ? '' : String(value))),
  ]);
  return [header, ...lines].map((line) => line.join('\t')).join('\n');
}
