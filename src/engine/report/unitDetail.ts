import { boundWords } from '../../shared/boundWords.js';
import type { UnitExplanation } from '../../shared/results.js';

/** What the page shows of a unit when its row is opened, as short as it may be: a report may hold ten thousand. */
export interface UnitDetail {
  /** IoU, floor, fire rate, precision, recall: four digits. */
  n: number[];
  /** Threshold. */
  t: number | null;
  /** Lowest and highest activation. */
  r: [number, number] | null;
  /** What is known of formulas that might be better: `best possible`, `at most 0.02 better is possible`; empty: nothing. */
  o: string;
  /** p-value, where there were several shuffles. */
  p?: number;
  /** Best single concept and its IoU. */
  s: [string, number] | null;
  /** Runners-up. */
  a: [string, number][];
  /** Strongest inputs: sample, value. */
  x: [number, number][];
}

const inputsShown = 8;

export function unitDetail(unit: UnitExplanation): UnitDetail {
  const { edges } = unit.histogram;
  const labelled = unit.label !== null;
  const worth = labelled ? [unit.iou, unit.floor] : [0, 0];
  return {
    n: [...worth, unit.fireRate, unit.precision, unit.recall].map((value) => digits(value, 4)),
    t: unit.threshold === null ? null : digits(unit.threshold, 5),
    r: edges.length ? [digits(edges[0], 4), digits(edges[edges.length - 1], 4)] : null,
    o: unit.optimal ? 'best possible' : (boundWords(unit) ?? ''),
    ...(unit.pValue !== undefined && { p: digits(unit.pValue, 3) }),
    s: unit.single && [
      unit.single.label + (unit.single.domain === undefined ? '' : ` (in pictures that carry ${unit.single.domain})`),
      digits(unit.single.iou, 4),
    ],
    a: unit.alternatives.map(({ label, iou }) => [label, digits(iou, 4)]),
    x: unit.top.slice(0, inputsShown).map(({ sample, value }) => [sample, digits(value, 4)]),
  };
}

const digits = (value: number, count: number) => Number(value.toPrecision(count));
