import type { ExplainEvent, ProbeSummary } from '../shared/engineApi.js';
import type { Layer, ModelStructure } from '../shared/model.js';
import type { LayerSummary } from '../shared/panelProtocol.js';
import type { CheckpointChange } from '../shared/checkpointChange.js';
import type { Explanation } from '../shared/results.js';
import { UserError } from '../shared/userError.js';
import type { Fingerprint } from './fingerprint.js';
import { changeSince, formerOf, sameModel, type FormerCheckpoint } from './formerCheckpoint.js';
import type { FoundResults } from './resultStore.js';
import { addLabels, summaryOf, withStatistics, type LayerResults } from './layerResults.js';

/** What is known of one model, filled by the engine's events; older layers stay until newer ones replace them. */
export class ModelResults {
  structure: ModelStructure | null = null;
  probe: ProbeSummary | null = null;
  layers = new Map<string, LayerResults>();
  /** The last run's, where it went to its end. */
  explanation: Explanation | null = null;
  /** Of the files that `layers` were made from. */
  made: Fingerprint = { model: null, probe: null };
  /** When `explanation` was finished, in milliseconds since 1970. */
  explainedAt: number | null = null;
  /** What was found in the model before it was last written. */
  #former: FormerCheckpoint | null = null;
  #formerBefore: FormerCheckpoint | null = null;
  #change: CheckpointChange | null | undefined;

  get former(): FormerCheckpoint | null {
    return this.#former;
  }

  set former(former: FormerCheckpoint | null) {
    this.#former = former;
    this.#change = undefined;
  }

  /** What changed since the former checkpoint; null where there is nothing to compare. */
  get change(): CheckpointChange | null {
    return (this.#change ??= changeSince(this));
  }

  /** Takes in what an explanation says on its way. Returns whether the layers of a former probe set were dropped. */
  apply(event: Extract<ExplainEvent, { type: 'structure' | 'probe' | 'statistics' | 'labels' }>): boolean {
    this.#change = undefined;
    switch (event.type) {
      case 'structure':
        this.structure = event.structure;
        return false;
      case 'probe': {
        // Sample numbers and labels of another probe set would be wrong beside this one's.
        const other = this.layers.size > 0 && !sameChoice(this.probe, event.probe);
        if (other) this.layers.clear();
        this.probe = event.probe;
        return other;
      }
      case 'statistics':
        this.layers.set(event.layer.layer.name, withStatistics(event.layer));
        return false;
      case 'labels': {
        const results = this.layers.get(event.layer);
        if (results) addLabels(results, event.explanations);
        return false;
      }
    }
  }

  /** An explanation of the model as it is `now` begins. What is there is from before, and is kept where the file was written since. */
  begin(now: Fingerprint): void {
    this.#formerBefore = this.former;
    // Once per version of the file: a run that was stopped leaves a mixture of both.
    if (this.made.model !== null && this.made.model !== now.model && this.former?.made.model !== this.made.model)
      this.former = formerOf(this) ?? this.former;
    this.explanation = null;
    if (this.layers.size === 0) this.made = now;
  }

  /** Takes the finished explanation: layers that it does not have are from another model or another choice of layers. */
  finish(explanation: Explanation, made: Fingerprint): void {
    const kept = new Set(explanation.layers.map(({ name }) => name));
    for (const layer of this.layers.keys()) if (!kept.has(layer)) this.layers.delete(layer);
    for (const { name, explanations } of explanation.layers) {
      const results = this.layers.get(name);
      if (results) addLabels(results, explanations);
    }
    this.explanation = explanation;
    this.explainedAt = Date.now();
    this.made = made;
    this.#change = undefined;
    if (this.former && sameModel(this.former, this)) this.former = this.#formerBefore;
  }

  /** What a reload brings back; null where there is nothing worth it. */
  toKeep(): FoundResults | null {
    const { structure, probe, layers, explanation, made, explainedAt, former } = this;
    if (!structure || layers.size === 0) return null;
    return { structure, probe, layers: [...layers.values()], explanation, made, explainedAt, former };
  }

  restore({ structure, probe, layers, explanation, made, explainedAt = null, former = null }: FoundResults): void {
    Object.assign(this, { structure, probe, explanation, made, explainedAt, former });
    for (const layer of layers) this.layers.set(layer.layer.name, layer);
  }

  /** In the model's order. The layers that work under way will bring, by name, node or module, wait in their places. */
  summaries(expected: readonly string[]): LayerSummary[] {
    const order = new Map(this.structure?.layers.map((layer, i) => [layer.name, i]));
    const wanted = new Set<string | null>(expected);
    const waiting = (this.structure?.layers ?? [])
      .filter(({ name, node, module }) => wanted.has(name) || wanted.has(node) || wanted.has(module))
      .filter(({ name, units }) => units !== null && !this.layers.has(name))
      .map(waitingLayer);
    return [...[...this.layers.values()].map(summaryOf), ...waiting].sort(
      (a, b) => (order.get(a.layer.name) ?? Infinity) - (order.get(b.layer.name) ?? Infinity) || 0,
    );
  }

  layer(name: string): LayerResults {
    const results = this.layers.get(name);
    if (!results) throw new UserError(`Layer ${name} has no results yet`, { code: 'panel/no-layer' });
    return results;
  }

  unit(name: string, unit: number) {
    const results = this.layer(name);
    const index = results.index.get(unit);
    if (index === undefined) throw new UserError(`Layer ${name} has no neuron ${unit}`, { code: 'panel/no-unit' });
    return { results, index, explanation: results.explanations[index] };
  }
}

const sameChoice = (a: ProbeSummary | null, b: ProbeSummary): boolean =>
  JSON.stringify(a?.choice) === JSON.stringify(b.choice);

const waitingLayer = (layer: Layer): LayerSummary => ({
  layer,
  units: layer.units ?? 0,
  explained: 0,
  atChance: 0,
  silent: 0,
  other: 0,
  state: 'waiting',
});
