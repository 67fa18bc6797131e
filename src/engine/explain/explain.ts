import type { ExplainEvent, ExplainRequest } from '../../shared/engineApi.js';
import type { Explanation, LayerExplanation } from '../../shared/results.js';
import { UserError } from '../../shared/userError.js';
import { groupingPositions, groupPositions, inSlices, type ConceptSet } from '../concept/index.js';
import type { Opened } from '../opened.js';
import { summaryOf } from '../probe/index.js';
import { takingTurns } from '../turns.js';
import { parseThreshold, thresholdRule } from '../unit/index.js';
import type { MeasuredLayer } from './activations.js';
import { groupLayers } from './groupLayers.js';
import { labelUnits } from './labelUnits.js';
import { measureGroup, type LayerMeasurement } from './measureGroup.js';
import { memoryShares } from './memoryShares.js';
import { unitReducerBytes } from './reducerBytes.js';
import { openSubject } from './subject.js';

/** Of a layer's time, about so much goes into running the model; the rest into labels. */
const runningPart = 0.6;

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
  const { settings, units } = request;
  const threshold = parseThreshold(settings.threshold);
  const shares = memoryShares(request.memory);
  const { activations, probe, model } = await openSubject(request, shares, opened, onEvent, signal);
  let open: LayerMeasurement[] = [];
  try {
    const { samples } = activations;
    const wanted = chosenUnits(activations.layers, units, request.layers.length > 0 || request.activations !== null);
    const concepts = await probe.concepts(samples, signal, (done, total) =>
      onEvent({ type: 'progress', stage: 'concepts', layer: null, done, total }),
    );
    onEvent({ type: 'probe', probe: summaryOf(probe, concepts) });
    for (const note of concepts.notes) warn(note);
    if (samples === 1) warn('the probe set has one sample, so there is no chance floor: nothing can be shuffled');

    const pause = takingTurns(signal);
    for (const layer of wanted.keys()) await inSlices(groupingPositions(concepts, layer), pause);
    const tally = request.tally ? concepts : null;
    const rule = (layer: MeasuredLayer) => thresholdRule(threshold, layer);
    const unitBytes = (layer: MeasuredLayer) =>
      unitReducerBytes(
        rule(layer),
        samples * layer.height * layer.width,
        groupPositions(concepts, layer),
        settings.shuffles,
      );
    const groups = groupLayers(
      [...wanted.keys()],
      samples,
      shares,
      (layer) => wanted.get(layer)!.length * unitBytes(layer),
    );
    const noted = new Set<string>();
    const layers: LayerExplanation[] = [];
    /** How far all is when so many layers are done. */
    const overall = (layersDone: number) => layersDone / wanted.size;
    for (const [index, group] of groups.entries()) {
      const before = layers.length;
      const measurements = await measureGroup(group, {
        activations,
        concepts,
        rule,
        select: (layer) => wanted.get(layer)!,
        minActive: settings.minActive,
        seed: settings.seed,
        shuffles: settings.shuffles ?? 1,
        memory: shares.reducers,
        unitBytes,
        signal,
        onProgress: (pass, done, total) =>
          onEvent({
            type: 'progress',
            stage: 'running',
            layer: group.length === 1 ? group[0].layer.name : null,
            done: (2 * index + pass) * total + done,
            total: 2 * groups.length * total,
            overall: overall(before + (group.length * runningPart * (pass * total + done)) / (2 * total)),
          }),
      });
      open = measurements;
      for (const measurement of measurements) {
        const { layer, measured, nonFinite } = measurement;
        for (const note of measurement.groups.notes) {
          if (!noted.has(note)) warn(note);
          noted.add(note);
        }
        if (nonFinite > 0) {
          warn(
            `${layer.layer.name}: ${nonFinite} activations are NaN or infinite; they never fire and enter no statistic`,
          );
        }
        onEvent({ type: 'statistics', layer: measured });
      }
      for (const measurement of measurements) {
        const labelled = runningPart * (before + group.length - layers.length);
        const explanations = await labelUnits(measurement, settings, tally, signal, (event) =>
          onEvent(
            event.type === 'progress'
              ? {
                  ...event,
                  overall: overall(layers.length + labelled + ((1 - runningPart) * event.done) / event.total),
                }
              : event,
          ),
        );
        measurement.release();
        const { layer, measured } = measurement;
        const { name, node, module, op } = layer.layer;
        layers.push({ name, node, module, op, units: layer.units, shape: measured.shape, explanations });
      }
      activations.release(group);
    }
    return {
      schema: 'onnxplain/1',
      model: model && { path: model.path, sha256: await model.sha256() },
      probe: { kind: probe.kind, samples, positions: positionsOf(concepts, samples), sha256: await probe.sha256() },
      settings,
      layers,
    };
  } finally {
    for (const measurement of open) measurement.release();
    await activations.close();
  }

  function warn(message: string): void {
    onEvent({ type: 'warning', message });
  }
}

const positionsOf = (concepts: ConceptSet, samples: number) =>
  concepts.concepts.some(({ ofPositions }) => ofPositions !== null)
    ? samples * concepts.height * concepts.width
    : samples;

/**
 * The units wanted of each layer. A layer that was named must have all of them; of the others those are taken that have any.
 *
 * @throws UserError where there is no such unit
 */
function chosenUnits(
  layers: readonly MeasuredLayer[],
  wanted: number[] | null,
  areNamed: boolean,
): Map<MeasuredLayer, number[]> {
  const chosen = new Map<MeasuredLayer, number[]>();
  const isWanted = wanted && new Set(wanted);
  for (const layer of layers) {
    const all = Array.from({ length: layer.units }, (_, unit) => unit);
    const outside = wanted?.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= layer.units);
    if (outside !== undefined && areNamed) {
      throw new UserError(`layer "${layer.layer.name}" has ${layer.units} neurons, there is no neuron ${outside}`, {
        hint: `choose from 0 to ${layer.units - 1}`,
      });
    }
    const units = isWanted ? all.filter((unit) => isWanted.has(unit)) : all;
    if (units.length > 0) chosen.set(layer, units);
  }
  if (chosen.size === 0) {
    const most = layers.reduce((most, { units }) => Math.max(most, units), 0);
    throw new UserError(`no layer has a neuron ${wanted?.join(', ') ?? ''}`, {
      hint: most > 0 ? `the largest has ${most} neurons, numbered from 0` : 'name another layer',
    });
  }
  return chosen;
}
