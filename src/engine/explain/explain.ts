import type { ExplainEvent, ExplainRequest, LayerStatistics } from '../../shared/engineApi.js';
import type { Explanation, LayerExplanation, UnitExplanation } from '../../shared/results.js';
import { UserError } from '../../shared/userError.js';
import { explainUnits, groupPositions, type ConceptSet } from '../concept/index.js';
import type { Opened } from '../opened.js';
import { summaryOf } from '../probe/index.js';
import {
  firingCounts,
  measuredUnits,
  parseThreshold,
  strongestMaps,
  thresholdRule,
  unitHistograms,
  unitStatistics,
} from '../unit/index.js';
import type { MeasuredLayer } from './activations.js';
import { openSubject, type Subject } from './subject.js';

/** Labels are handed on in bundles, at most one in this many milliseconds. */
const bundleInterval = 100;

/**
 * Explains the units of a model's layers (or of recorded activations) on a probe set: two passes over the samples (range
 * and threshold; then histogram, firing positions and their shuffled counterpart), and a search per unit. Layers are done
 * in groups that fit into memory together, so the first labels come before the last layer has run.
 *
 * @throws UserError for what the user can mend; the signal's reason where it aborts
 */
export async function explain(
  request: ExplainRequest,
  opened: Opened,
  onEvent: (event: ExplainEvent) => void,
  signal: AbortSignal,
): Promise<Explanation> {
  const noted = new Set<string>();
  const threshold = parseThreshold(request.settings.threshold);
  const subject = await openSubject(request, opened, onEvent, signal);
  try {
    const { probe, activations } = subject;
    const { samples } = activations;
    if (probe.samples < samples) {
      throw new UserError(`the recorded activations hold ${samples} samples, the probe set ${probe.samples}`, {
        hint: 'give the probe set that they were recorded on',
      });
    }
    const concepts = await probe.concepts(samples, signal, (done, total) =>
      onEvent({ type: 'progress', stage: 'concepts', layer: null, done, total }),
    );
    onEvent({ type: 'probe', probe: summaryOf(probe, concepts) });
    for (const note of concepts.notes) onEvent({ type: 'warning', message: note });
    if (samples === 1) warn('the probe set has one sample, so there is no chance floor: nothing can be shuffled');

    const layers: LayerExplanation[] = [];
    for (const group of activations.groups) {
      const measured = await measure(subject, group, concepts);
      for (const { statistics, firing, groups, units } of measured) {
        const explanations = await label(statistics, firing, groups);
        const { name, node, module, op } = statistics.layer;
        layers.push({ name, node, module, op, units, shape: statistics.shape, explanations });
      }
    }
    return {
      schema: 'onnxplain/1',
      model: subject.model && { path: subject.model.path, sha256: await subject.model.sha256() },
      probe: { kind: probe.kind, samples, positions: positionsOf(concepts, samples), sha256: await probe.sha256() },
      settings: request.settings,
      layers,
    };
  } finally {
    await subject.activations.close();
  }

  function warn(message: string): void {
    onEvent({ type: 'warning', message });
  }

  /** Two passes over the samples for one group of layers. */
  async function measure({ activations }: Subject, group: MeasuredLayer[], concepts: ConceptSet) {
    const done = activations.groups.indexOf(group) * 2;
    const progress = (pass: number) => (at: number, total: number) =>
      onEvent({
        type: 'progress',
        stage: 'running',
        layer: group.length === 1 ? group[0].layer.name : null,
        done: (done + pass) * total + at,
        total: activations.groups.length * 2 * total,
      });
    const { samples } = activations;
    const first = new Map(
      group.map((layer) => [
        layer,
        unitStatistics({
          units: layer.units,
          select: selectedUnits(layer, request.units),
          positionsPerSample: layer.height * layer.width,
          samples,
          threshold: thresholdRule(threshold, layer),
          memory: (request.memory * 2 ** 20) / 4,
        }),
      ]),
    );
    await activations.pass(group, (layer, batch) => first.get(layer)!.add(batch), signal, progress(0));
    const second = group.map((layer) => {
      const statistics = first.get(layer)!.result();
      first.delete(layer);
      const groups = groupPositions(concepts, layer);
      for (const note of groups.notes) noteOnce(note);
      const lost = statistics.reduce((sum, { nonFinite }) => sum + nonFinite, 0);
      if (lost > 0)
        warn(`${layer.layer.name}: ${lost} activations are NaN or infinite; they never fire and enter no statistic`);
      return {
        layer,
        statistics,
        groups,
        histograms: unitHistograms(statistics),
        maps: strongestMaps(statistics, layer),
        firing: firingCounts({ groups, layer, statistics, seed: request.settings.seed }),
      };
    });
    await activations.pass(
      group,
      (layer, batch) => {
        const reducers = second.find((one) => one.layer === layer)!;
        reducers.histograms.add(batch);
        reducers.maps?.add(batch);
        reducers.firing.add(batch);
      },
      signal,
      progress(1),
    );
    return second.map(({ layer, statistics, groups, histograms, maps, firing: counter }) => {
      const firing = counter.result();
      const measured: LayerStatistics = {
        layer: { ...layer.layer, units: layer.units },
        shape: layer.shape,
        explanations: measuredUnits(statistics, histograms.result(), firing, request.settings.minActive),
        maps: maps?.result() ?? null,
      };
      onEvent({ type: 'statistics', layer: measured });
      return { statistics: measured, firing, groups, units: layer.units };
    });
  }

  async function label(
    statistics: LayerStatistics,
    firing: ReturnType<ReturnType<typeof firingCounts>['result']>,
    groups: ReturnType<typeof groupPositions>,
  ): Promise<UnitExplanation[]> {
    const { name } = statistics.layer;
    const total = statistics.explanations.length;
    const all: UnitExplanation[] = [];
    let bundle: UnitExplanation[] = [];
    let sent = performance.now();
    const send = () => {
      if (bundle.length > 0) onEvent({ type: 'labels', layer: name, explanations: bundle });
      onEvent({ type: 'progress', stage: 'labelling', layer: name, done: all.length, total });
      bundle = [];
      sent = performance.now();
    };
    for await (const unit of explainUnits({
      groups,
      firing,
      measured: statistics.explanations,
      settings: request.settings,
      signal,
      onNote: warn,
    })) {
      all.push(unit);
      bundle.push(unit);
      if (performance.now() - sent > bundleInterval) send();
    }
    send();
    return all.sort((a, b) => a.unit - b.unit);
  }

  function noteOnce(note: string): void {
    if (noted.has(note)) return;
    noted.add(note);
    warn(note);
  }
}

const positionsOf = (concepts: ConceptSet, samples: number) =>
  concepts.concepts.some(({ ofPositions }) => ofPositions !== null)
    ? samples * concepts.height * concepts.width
    : samples;

function selectedUnits({ layer, units }: MeasuredLayer, wanted: number[] | null): number[] | undefined {
  if (wanted === null) return undefined;
  const outside = wanted.filter((unit) => unit >= units);
  if (outside.length > 0) {
    throw new UserError(`layer "${layer.name}" has ${units} neurons, there is no neuron ${outside[0]}`, {
      hint: `choose from 0 to ${units - 1}`,
    });
  }
  return wanted;
}
