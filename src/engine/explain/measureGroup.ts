import { groupPositions, type ConceptSet, type Groups } from '../concept/index.js';
import {
  firingCounts,
  measuredUnits,
  strongestMaps,
  unitHistograms,
  type FiringCounts,
  type ThresholdRule,
  type UnitStatistics,
} from '../unit/index.js';
import { groupStatistics } from './groupStatistics.js';
import type { LayerStatistics } from '../../shared/engineApi.js';
import type { Activations, MeasuredLayer } from './activations.js';

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
   * first of its units among `measured.explanations`. Every part after the first needs another pass.
   */
  parts(): AsyncGenerator<{ first: number; firing: FiringCounts }>;
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
      const perPart = Math.max(1, Math.floor(memory / options.unitBytes(layer)));
      const isWhole = statistics.length <= perPart;
      return [
        layer,
        {
          statistics,
          groups,
          perPart,
          isWhole,
          histograms: unitHistograms(statistics),
          maps: strongestMaps(statistics, layer),
          firing: firingCounts({ groups: isWhole ? groups : undivided(groups), layer, statistics, seed, shuffles }),
        },
      ] as const;
    }),
  );
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

  const measurements: LayerMeasurement[] = [];
  for (const layer of group) {
    await new Promise(setImmediate);
    signal.throwIfAborted();
    const { statistics, groups, perPart, isWhole, histograms, maps, firing: counter } = second.get(layer)!;
    second.delete(layer);
    const firing = counter.result();
    measurements.push({
      layer,
      groups,
      nonFinite: statistics.reduce((sum, unit) => sum + unit.nonFinite, 0),
      measured: {
        layer: { ...layer.layer, units: layer.units },
        shape: layer.shape,
        explanations: measuredUnits(statistics, histograms.result(), firing, minActive),
        maps: maps?.result() ?? null,
      },
      async *parts() {
        if (isWhole) yield { first: 0, firing };
        else {
          for (let at = 0; at < statistics.length; at += perPart) {
            yield { first: at, firing: await count(layer, groups, statistics.slice(at, at + perPart)) };
          }
        }
      },
    });
  }
  return measurements;

  async function count(layer: MeasuredLayer, groups: Groups, statistics: UnitStatistics[]): Promise<FiringCounts> {
    const firing = firingCounts({ groups, layer, statistics, seed, shuffles });
    await activations.pass(
      [layer],
      (_, batch) => firing.add(batch),
      signal,
      () => undefined,
    );
    return firing.result();
  }
}

/** All positions as one group: enough to count how often a unit fires. */
const undivided = (groups: Groups): Groups => ({
  ...groups,
  count: 1,
  of: { read: (_, into) => void into.fill(0) },
  sizes: Float64Array.of(groups.positions),
});
