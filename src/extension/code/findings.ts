import type { Layer } from '../../shared/model.js';
import type { UnitExplanation } from '../../shared/results.js';
import { isSaturated } from '../../shared/saturation.js';
import { count, layerDigest } from './layerDigest.js';
import type { LayerResults } from '../layerResults.js';

export type FindingKind = 'silent' | 'chance' | 'saturated' | 'not-finite';

export interface Finding {
  kind: FindingKind;
  /** One sentence without a full stop. */
  message: string;
}

/** Layers narrower than this say nothing by shares: one dead unit of two is no finding. */
const fewestUnits = 4;
/** Share of a unit's activations at the ends of its function's range from which on it counts as saturated. */
const saturatedShare = 0.95;
/** What of a bounded function's range, on either side, counts as its end. */
const endShare = 0.02;
/** Units of a layer that have to be saturated for it to be said. */
const saturatedUnits = 0.5;

/** Ranges of functions that squash: activations that lie at their ends carry one bit, and no gradient. */
const ranges: Record<string, readonly [low: number, high: number]> = {
  Sigmoid: [0, 1],
  HardSigmoid: [0, 1],
  Tanh: [-1, 1],
  Softsign: [-1, 1],
};

/**
 * What is worth a look in a layer that was explained.
 *
 * @param silentShare share of dead and constant units above which that is said, in [0, 1]
 */
export function findings(layer: Layer, results: LayerResults, silentShare: number): Finding[] {
  const digest = layerDigest(results);
  const { units, dead, constant, notFinite, labelled, atChance } = digest;
  const found: Finding[] = [];
  const silent = dead + constant;
  if (notFinite > 0)
    found.push({
      kind: 'not-finite',
      message: `${count(notFinite)} of ${count(units)} neurons have no finite activation (NaN or infinity) on any input`,
    });
  if (units >= fewestUnits && silent / units > silentShare) {
    const parts = [dead > 0 ? `${count(dead)} dead` : '', constant > 0 ? `${count(constant)} constant` : ''];
    const share = Math.round((100 * silent) / units);
    found.push({
      kind: 'silent',
      message: `${parts.filter(Boolean).join(' and ')} of ${count(units)} neurons (${share} %)`,
    });
  }
  const searched = results.labelled.size === results.explanations.length;
  if (searched && units >= fewestUnits && labelled === 0 && atChance > 0)
    found.push({ kind: 'chance', message: 'no neuron has a label that is better than chance' });
  const saturated = saturatedCount(layer, results);
  if (units >= fewestUnits && saturated / units >= saturatedUnits)
    found.push({
      kind: 'saturated',
      message: `${count(saturated)} of ${count(units)} neurons are saturated: nearly all of their activations lie at the end of ${layer.op}`,
    });
  return found;
}

function saturatedCount({ op }: Layer, { explanations }: LayerResults): number {
  const range = Object.hasOwn(ranges, op) ? ranges[op] : null;
  return explanations.filter((unit) => {
    if (unit.status === 'dead' || unit.status === 'constant') return isSaturated(op, unit);
    return range !== null && shareAtEnds(unit, range) >= saturatedShare;
  }).length;
}

/** Share of the activations in bins that lie at an end of the range as a whole: never more than there is. */
function shareAtEnds(
  { histogram: { edges, counts } }: UnitExplanation,
  [low, high]: readonly [number, number],
): number {
  const margin = (high - low) * endShare;
  let total = 0;
  let atEnds = 0;
  counts.forEach((many, i) => {
    total += many;
    if (edges[i + 1] <= low + margin || edges[i] >= high - margin) atEnds += many;
  });
  return total > 0 ? atEnds / total : 0;
}
