import type { ProbeSummary } from '../shared/engineApi.js';
import {
  briefly,
  checkpointChange,
  type CheckpointChange,
  type ComparedExplanation,
} from '../shared/checkpointChange.js';
import type { FormerSummary } from '../shared/panelProtocol.js';
import type { Settings } from '../shared/results.js';
import type { Fingerprint } from './fingerprint.js';
import type { LayerResults } from './layerResults.js';
import type { ModelResults } from './modelResults.js';

/** What was found in the model as it was before it was last written, kept to be compared with. */
export interface FormerCheckpoint extends ComparedExplanation {
  made: Fingerprint;
  /** Of the model's file, where the explanation went to its end. */
  sha256: string | null;
  /** When, in milliseconds since 1970. */
  explainedAt: number | null;
  probe: ProbeSummary;
  /** Null where the explanation was stopped before its end. */
  settings: Settings | null;
}

/** What `results` hold as a former checkpoint; null where they hold no labels. */
export function formerOf(results: ModelResults): FormerCheckpoint | null {
  const { probe, made, explanation, explainedAt } = results;
  const compared = comparedOf(results);
  if (!probe || compared.layers.length === 0) return null;
  const { model = null, settings = null } = explanation ?? {};
  return { ...compared, made, sha256: model?.sha256 ?? null, explainedAt, probe, settings };
}

/** Null where there is no former checkpoint, or the labels of the newer one are still to come. */
export function changeSince(results: Pick<ModelResults, 'former' | 'made' | 'layers'>): CheckpointChange | null {
  const { former, made } = results;
  return former && former.made.model !== made.model ? checkpointChange(former, comparedOf(results)) : null;
}

/** Whether the model was written again as it was: with weights beside it, its own bytes do not tell. */
export const sameModel = ({ sha256, made }: FormerCheckpoint, { explanation }: ModelResults): boolean =>
  sha256 !== null && explanation?.model?.sha256 === sha256 && !made.model?.includes('\n');

export function formerSummary(results: ModelResults): FormerSummary | null {
  const { former, change } = results;
  if (!former || !change) return null;
  const counts = { died: 0, woke: 0, relabelled: 0, iou: 0 };
  for (const layer of change.layers)
    for (const kind of ['died', 'woke', 'relabelled', 'iou'] as const) counts[kind] += layer.counts[kind];
  return { explainedAt: former.explainedAt, counts, differs: differences(former, results) };
}

/** Why two explanations are no fair comparison, one sentence each. */
function differences(former: FormerCheckpoint, { probe, made, explanation }: ModelResults): string[] {
  const found: string[] = [];
  if (JSON.stringify(former.probe.choice) !== JSON.stringify(probe?.choice))
    found.push(`The former labels were made with other inputs (${former.probe.title}).`);
  else if (former.made.probe !== made.probe) found.push('The probe set was changed since the former labels were made.');
  if (!former.settings || !explanation) found.push('One of the two explanations was stopped before its end.');
  else if (JSON.stringify(former.settings) !== JSON.stringify(explanation.settings))
    found.push('The former labels were made with other search settings.');
  return found;
}

const comparedOf = ({ layers }: Pick<ModelResults, 'layers'>): ComparedExplanation =>
  briefly(
    [...layers.values()].flatMap((results) => {
      const explanations = labelledUnits(results);
      const { name, node, module, op, units } = results.layer;
      if (explanations.length === 0) return [];
      return [
        { name, node, module, op, units: units ?? results.explanations.length, shape: results.shape, explanations },
      ];
    }),
  );

const labelledUnits = ({ explanations, labelled }: LayerResults) =>
  explanations.filter(({ unit }) => labelled.has(unit));
