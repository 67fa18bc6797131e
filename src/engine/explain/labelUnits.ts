import type { ExplainEvent } from '../../shared/engineApi.js';
import type { Settings, UnitExplanation } from '../../shared/results.js';
import { explainUnits } from '../concept/index.js';
import type { LayerMeasurement } from './measureGroup.js';

/** Labels are handed on in bundles, at most one in this many milliseconds. */
const bundleInterval = 100;

/** Searches a label for every unit of a measured layer. In the order of units. */
export async function labelUnits(
  { groups, measured, parts }: LayerMeasurement,
  settings: Settings,
  signal: AbortSignal,
  onEvent: (event: ExplainEvent) => void,
): Promise<UnitExplanation[]> {
  const { name } = measured.layer;
  const total = measured.explanations.length;
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
    const units = explainUnits({
      groups,
      firing,
      measured: measured.explanations.slice(first, first + firing.units.length),
      settings,
      signal,
      onNote: (message) => onEvent({ type: 'warning', message }),
    });
    for await (const unit of units) {
      all.push(unit);
      bundle.push(unit);
      if (performance.now() - sent > bundleInterval) send();
    }
  }
  send();
  return all.sort((a, b) => a.unit - b.unit);
}
