import type { StrongestMaps } from '../../shared/engineApi.js';
import type { ActivationBatch, Reducer } from '../runtime/tensor.js';
import { meanPool } from './meanPool.js';
import type { UnitStatistics } from './statistics.js';

const longestSide = 56;
const fewestMaps = 4;
const mostMaps = 9;

/**
 * Keeps the activation maps of each unit over its strongest inputs, 8 bits a place on the scale from the unit's lowest (0)
 * to its highest (255) activation. Maps longer than 56 on a side are averaged down to 56. Places without a finite
 * activation are 0.
 *
 * @param statistics of the units wanted, from the pass before
 * @param memory     bytes the maps may take together; between 4 and 9 maps a unit are kept (more than this for 4 if need be)
 * @returns null where the layer has no places to show: one value a sample, or a sequence
 */
export function strongestMaps(
  statistics: readonly UnitStatistics[],
  layer: { height: number; width: number },
  memory = 64 * 2 ** 20,
): Reducer<StrongestMaps> | null {
  if (layer.height < 2) return null;
  const shrink = Math.max(1, Math.max(layer.height, layer.width) / longestSide);
  const height = Math.max(1, Math.round(layer.height / shrink));
  const width = Math.max(1, Math.round(layer.width / shrink));
  const places = height * width;
  const affordable = Math.floor(memory / Math.max(1, statistics.length * places));
  const perUnit = Math.min(mostMaps, Math.max(fewestMaps, affordable));
  const values = new Uint8Array(statistics.length * perUnit * places);
  const pool = meanPool(layer.height, layer.width, height, width);
  const pooled = new Float64Array(places);

  const wanted = new Map<number, { slot: number; rank: number }[]>();
  statistics.forEach(({ strongest }, slot) =>
    strongest.slice(0, perUnit).forEach(({ sample }, rank) => {
      const list = wanted.get(sample);
      if (list) list.push({ slot, rank });
      else wanted.set(sample, [{ slot, rank }]);
    }),
  );

  return {
    add(batch: ActivationBatch): void {
      for (let sample = 0; sample < batch.samples; sample++) {
        for (const { slot, rank } of wanted.get(batch.first + sample) ?? []) {
          const unit = statistics[slot];
          const start = (sample * batch.units + unit.unit) * layer.height * layer.width;
          pool(batch.values, start, pooled);
          const out = (slot * perUnit + rank) * places;
          for (let i = 0; i < places; i++) values[out + i] = Math.round(onScale(pooled[i], unit) || 0);
        }
      }
    },
    result: () => ({
      perUnit,
      height,
      width,
      values,
      thresholds: Float32Array.from(statistics, (unit) => onScale(unit.threshold ?? Infinity, unit)),
    }),
  };
}

/** Position of a value between the unit's lowest (0) and highest (255) activation, clamped; NaN stays. */
function onScale(value: number, { min, max }: UnitStatistics): number {
  if (!(max > min)) return value > max ? 255 : 0;
  return Math.min(255, Math.max(0, (255 * (value - min)) / (max - min)));
}
