import type { ExplainEvent } from '../../shared/engineApi.js';
import type { Settings, UnitExplanation } from '../../shared/results.js';
import { categoryMatches, explainUnits, firstLabels, type ConceptSet } from '../concept/index.js';
import type { LayerMeasurement } from './measureGroup.js';

/** Labels are handed on in bundles, at most one in this many milliseconds. */
const bundleInterval = 100;

/** Steps of `optimal` (some hundred million are a second) for a layer; each search gets its part, within limits. */
const layerBudget = 3e10;
const [leastBudget, mostBudget] = [2e7, 3e8];

/**
 * Searches a label for every unit of a measured layer: the best single concept of each unit at once, then the units that fire
 * most first. In the order of units.
 *
 * @param tally the concepts, where each unit is to have the best one of each category too
 */
export async function labelUnits(
  { groups, measured, parts }: LayerMeasurement,
  settings: Settings,
  tally: ConceptSet | null,
  signal: AbortSignal,
  onEvent: (event: ExplainEvent) => void,
): Promise<UnitExplanation[]> {
  const { name } = measured.layer;
  const total = measured.explanations.length;
  // By the layer alone, so that the same is proven however the work is divided.
  const searches = total * (1 + (settings.shuffles ?? 1));
  const budget = Math.min(mostBudget, Math.max(leastBudget, layerBudget / searches));
  const all: UnitExplanation[] = [];
  let bundle: UnitExplanation[] = [];
  let sent = performance.now();
  const send = () => {
    if (bundle.length > 0) onEvent({ type: 'labels', layer: name, explanations: bundle });
    onEvent({ type: 'progress', stage: 'labelling', layer: name, done: all.length, total });
    bundle = [];
    sent = performance.now();
  };
  for await (const { first, firing } of parts()) {
    const part = measured.explanations.slice(first, first + firing.units.length);
    if (settings.search !== 'single') {
      const explanations = await firstLabels(groups, firing, part, signal);
      if (explanations.length > 0) onEvent({ type: 'labels', layer: name, explanations });
    }
    const units = explainUnits({
      groups,
      firing,
      measured: part,
      settings: { ...settings, budget },
      signal,
      onNote: (message) => onEvent({ type: 'warning', message }),
    });
    const slots = tally && new Map(measured.explanations.map(({ unit }, slot) => [unit, slot - first]));
    for await (const found of units) {
      const unit = slots
        ? { ...found, categories: categoryMatches(groups, tally, firing.counts[slots.get(found.unit)!]) }
        : found;
      all.push(unit);
      bundle.push(unit);
      if (performance.now() - sent > bundleInterval) send();
    }
  }
  send();
  return all.sort((a, b) => a.unit - b.unit);
}
