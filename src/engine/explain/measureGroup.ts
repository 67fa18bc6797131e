import { groupPositions, type ConceptSet, type Groups } from '../concept/index.js';
import {
  countFiring,
  KeptFiring,
  measuredUnits,
  strongestMaps,
  unitHistograms,
  watchFiring,
  type FiringCounts,
  type ThresholdRule,
} from '../unit/index.js';
import type { LayerStatistics } from '../../shared/engineApi.js';
import type { ActivationBatch } from '../runtime/tensor.js';
import type { Activations, MeasuredLayer } from './activations.js';
import { groupStatistics } from './groupStatistics.js';

export interface MeasureOptions {
  activations: Activations;
  concepts: ConceptSet;
  rule: (layer: MeasuredLayer) => ThresholdRule;
  /** The layer's units that are wanted, in increasing order. */
  select: (layer: MeasuredLayer) => number[];
  minActive: number;
  seed: number;
  /** For the chance floor. */
  shuffles: number;
  /** Of the reducers of one pass together, in bytes. */
  memory: number;
  /** Upper estimate of what one unit's reducers hold, in bytes. */
  unitBytes: (layer: MeasuredLayer) => number;
  signal: AbortSignal;
  /** Of two passes over the samples. */
  onProgress: (pass: number, done: number, total: number) => void;
}

export interface LayerMeasurement {
  layer: MeasuredLayer;
  groups: Groups;
  measured: LayerStatistics;
  /** NaN and infinite activations. */
  nonFinite: number;
  /**
   * Where the units fire, by groups of positions, for as many units at a time as memory allows (mostly: all), each with the
   * first of its units among `measured.explanations`. What several parts need is kept (see `KeptFiring`) until `release`.
   */
  parts(): AsyncGenerator<{ first: number; firing: FiringCounts }>;
  /** There will be no more parts. */
  release(): void;
}

/**
 * Two passes over the samples for one group of layers: range, threshold and strongest inputs (more than one pass where exact
 * thresholds of all units don't fit into memory together); then histogram, maps and firing positions.
 */
export async function measureGroup(group: MeasuredLayer[], options: MeasureOptions): Promise<LayerMeasurement[]> {
  const { activations, concepts, minActive, seed, shuffles, memory, signal, onProgress } = options;
  const first = await groupStatistics(group, options);
  const second = new Map(
    group.map((layer) => {
      const statistics = first.get(layer)!;
      const groups = groupPositions(concepts, layer);
      const units = statistics.map(({ unit }) => unit);
      const perPart = Math.max(1, Math.floor(memory / options.unitBytes(layer)));
      const counting = units.length <= perPart ? countFiring({ groups, units, seed, shuffles }) : null;
      const kept = counting ? null : new KeptFiring(groups.grid, units.length, memory / 2);
      return [
        layer,
        {
          ...{ statistics, groups, units, perPart, counting, kept },
          histograms: unitHistograms(statistics),
          maps: strongestMaps(statistics, layer),
          firing: watchFiring(groups.grid, layer, statistics, (counting ?? kept)!),
        },
      ] as const;
    }),
  );
  try {
    await activations.pass(
      group,
      (layer, batch) => {
        const { histograms, maps, firing } = second.get(layer)!;
        histograms.add(batch);
        maps?.add(batch);
        firing.add(batch);
      },
      signal,
      (done, total) => onProgress(1, done, total),
    );
  } catch (error) {
    for (const { kept } of second.values()) kept?.close();
    throw error;
  }

  const measurements: LayerMeasurement[] = [];
  for (const layer of group) {
    await new Promise(setImmediate);
    signal.throwIfAborted();
    const { statistics, groups, units, perPart, counting, kept, histograms, maps } = second.get(layer)!;
    second.delete(layer);
    const whole = counting?.result() ?? null;
    kept?.end();
    const fired = { fires: whole?.fires ?? kept!.fires, positions: groups.positions };
    measurements.push({
      layer,
      groups,
      nonFinite: statistics.reduce((sum, unit) => sum + unit.nonFinite, 0),
      measured: {
        layer: { ...layer.layer, units: layer.units },
        shape: layer.shape,
        explanations: measuredUnits(statistics, histograms.result(), fired, minActive),
        maps: maps?.result() ?? null,
      },
      async *parts() {
        if (whole) yield { first: 0, firing: whole };
        else {
          for (let at = 0; at < units.length; at += perPart) {
            const end = Math.min(units.length, at + perPart);
            const part = countFiring({ groups, units: units.slice(at, end), seed, shuffles });
            if (kept!.isWhole) await kept!.replay(at, end, part, signal);
            else await again(layer, watchFiring(groups.grid, layer, statistics.slice(at, end), part));
            yield { first: at, firing: part.result() };
          }
        }
      },
      release: () => kept?.close(),
    });
  }
  return measurements;

  /** One more pass: where the disk is full. */
  function again(layer: MeasuredLayer, firing: { add(batch: ActivationBatch): void }): Promise<void> {
    return activations.pass(
      [layer],
      (_, batch) => firing.add(batch),
      signal,
      () => undefined,
    );
  }
}
