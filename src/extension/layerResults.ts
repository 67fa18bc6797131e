import type { LayerStatistics } from '../shared/engineApi.js';
import type { LayerSummary } from '../shared/panelProtocol.js';
import type { UnitExplanation } from '../shared/results.js';

/** One layer's results while they arrive: statistics first, then labels, unit by unit or all at once. */
export interface LayerResults extends LayerStatistics {
  /** Unit → index in `explanations` and in `maps`. */
  index: Map<number, number>;
  /** Units whose label search is over (those that need none included). */
  labelled: Set<number>;
  /** Grows with all labels that arrive: a first label may be followed by a better one. */
  revision?: number;
}

export function withStatistics(statistics: LayerStatistics): LayerResults {
  const { explanations } = statistics;
  return {
    ...statistics,
    explanations: [...explanations],
    index: new Map(explanations.map((explanation, i) => [explanation.unit, i])),
    labelled: new Set(explanations.filter(needsNoLabel).map((explanation) => explanation.unit)),
  };
}

/** Puts the labels in; units that the statistics did not have are ignored. */
export function addLabels(results: LayerResults, explanations: readonly UnitExplanation[]): void {
  for (const explanation of explanations) {
    const i = results.index.get(explanation.unit);
    if (i === undefined) continue;
    results.explanations[i] = explanation;
    results.labelled.add(explanation.unit);
  }
  results.revision = (results.revision ?? 0) + 1;
}

export const isLabelled = (results: LayerResults): boolean => results.labelled.size === results.explanations.length;

export function summaryOf(results: LayerResults): LayerSummary {
  const summary: LayerSummary = {
    layer: results.layer,
    units: results.explanations.length,
    explained: 0,
    atChance: 0,
    silent: 0,
    other: 0,
    state: isLabelled(results) ? 'labelled' : 'measured',
  };
  for (const explanation of results.explanations) {
    if (explanation.status === 'dead' || explanation.status === 'constant') summary.silent += 1;
    else if (explanation.status !== 'explained' || explanation.label === null) summary.other += 1;
    else if (explanation.iou > explanation.floor) summary.explained += 1;
    else summary.atChance += 1;
  }
  return summary;
}

const needsNoLabel = ({ status }: UnitExplanation): boolean =>
  status === 'dead' || status === 'constant' || status === 'rare';
