import type { Strongest } from '../../shared/results.js';
import { UserError } from '../../shared/userError.js';
import type { ActivationBatch, Reducer } from '../runtime/tensor.js';
import { quantilePoint, type ThresholdRule } from './threshold.js';
import { TopValues } from './topValues.js';

/** What one pass over the probe set says of a unit. Only finite activations enter; the others are counted. */
export interface UnitStatistics {
  unit: number;
  finite: number;
  /** NaN and ±Infinity. */
  nonFinite: number;
  /** Of the finite activations; NaN where there is none. */
  min: number;
  max: number;
  mean: number;
  /** Population standard deviation. */
  std: number;
  /** The unit fires where its activation is strictly greater; null where it has no finite activation. */
  threshold: number | null;
  /** One position a sample (the first that holds its largest value), strongest first, equal ones by sample. */
  strongest: Strongest[];
}

export interface StatisticsOptions {
  /** Units of the layer. */
  units: number;
  /** Only these units, in this order; default: all. */
  select?: readonly number[];
  positionsPerSample: number;
  samples: number;
  threshold: ThresholdRule;
  /** Strongest inputs kept per unit; default 9. */
  strongest?: number;
  /** Ceiling in bytes for the values that an exact quantile must keep; default 1 GiB. */
  memory?: number;
}

/**
 * Range, moments, exact threshold and strongest inputs of every unit in one pass.
 *
 * The quantile is exact (numpy's linear interpolation between order statistics): of the n activations of a unit only the
 * largest n − ⌊p·(n − 1)⌋ are kept. Moments are merged sample by sample in float64 (Chan et al. 1979), so they don't depend on
 * the batch size.
 *
 * @throws UserError where a quantile would need more than `memory`
 */
export function unitStatistics(options: StatisticsOptions): Reducer<UnitStatistics[]> {
  const { units, positionsPerSample, samples, threshold, strongest: kept = 9, memory = 2 ** 30 } = options;
  const selected = options.select ?? Array.from({ length: units }, (_, unit) => unit);
  const total = samples * positionsPerSample;
  const p = threshold.kind === 'quantile' ? quantilePoint(threshold.q) : 1;
  const tail = tailOf(p, total);
  if (threshold.kind === 'quantile') {
    const bytes = selected.length * thresholdBytes(threshold, total);
    if (bytes > memory) {
      throw new UserError(
        `threshold quantile:${threshold.q}: an exact quantile of ${selected.length} units at ${total} positions needs ` +
          `${Math.ceil(bytes / 2 ** 20)} MB, more than the ${Math.floor(memory / 2 ** 20)} MB allowed`,
        {
          hint: 'take a smaller share such as quantile:0.005, fewer units or samples, or a fixed threshold such as value:0',
        },
      );
    }
  }
  const states = selected.map(() => ({
    finite: 0,
    nonFinite: 0,
    min: Infinity,
    max: -Infinity,
    mean: 0,
    squares: 0,
    top: threshold.kind === 'quantile' ? new TopValues(tail, total) : null,
    strongest: [] as Strongest[],
  }));

  return {
    add(batch: ActivationBatch): void {
      const places = batch.height * batch.width;
      const { values } = batch;
      for (let sample = 0; sample < batch.samples; sample++) {
        for (let slot = 0; slot < selected.length; slot++) {
          const state = states[slot];
          const { top } = state;
          const start = (sample * batch.units + selected[slot]) * places;
          let count = 0;
          let sum = 0;
          let min = Infinity;
          let max = -Infinity;
          let position = -1;
          for (let i = 0; i < places; i++) {
            const value = values[start + i];
            // NaN − NaN and ∞ − ∞ are NaN: one comparison finds all three.
            if (value - value !== 0) continue;
            count++;
            sum += value;
            if (value < min) min = value;
            if (value > max) {
              max = value;
              position = i;
            }
            if (top !== null) top.add(value);
          }
          state.nonFinite += places - count;
          if (count === 0) continue;
          const mean = sum / count;
          let squares = 0;
          if (count > 1) {
            for (let i = 0; i < places; i++) {
              const value = values[start + i];
              if (value - value === 0) squares += (value - mean) * (value - mean);
            }
          }
          const merged = state.finite + count;
          const step = mean - state.mean;
          state.mean += (step * count) / merged;
          state.squares += squares + (step * step * state.finite * count) / merged;
          state.finite = merged;
          if (min < state.min) state.min = min;
          if (max > state.max) state.max = max;
          rank(state.strongest, { sample: batch.first + sample, position, value: max }, kept);
        }
      }
    },
    result(): UnitStatistics[] {
      return states.map(({ finite, nonFinite, min, max, mean, squares, top, strongest }, slot) => ({
        unit: selected[slot],
        finite,
        nonFinite,
        min: finite > 0 ? min : NaN,
        max: finite > 0 ? max : NaN,
        mean: finite > 0 ? mean : NaN,
        std: finite > 0 ? Math.sqrt(squares / finite) : NaN,
        threshold: finite === 0 ? null : threshold.kind === 'value' ? threshold.value : quantile(top!, finite, p),
        strongest: [...strongest],
      }));
    },
  };
}

/** From the lower of the two order statistics upwards; where some activations are not finite, fewer are needed. */
const tailOf = (p: number, total: number): number => total - Math.floor(p * (total - 1));

/** What the threshold of one unit of so many activations needs to be exact, in bytes. */
export const thresholdBytes = (threshold: ThresholdRule, total: number): number =>
  threshold.kind === 'quantile' ? 4 * TopValues.capacity(tailOf(quantilePoint(threshold.q), total), total) : 0;

/** Linear interpolation between the two order statistics around p·(n − 1). */
function quantile(top: TopValues, count: number, p: number): number {
  const point = p * (count - 1);
  const below = Math.floor(point);
  const low = top.largest(count - 1 - below);
  if (below === point) return low;
  return low + (top.largest(count - 2 - below) - low) * (point - below);
}

/** Keeps `list` the `size` strongest: higher value, then lower sample. */
function rank(list: Strongest[], entry: Strongest, size: number): void {
  const before = (a: Strongest, b: Strongest): boolean =>
    a.value > b.value || (a.value === b.value && a.sample < b.sample);
  if (list.length >= size && !(size > 0 && before(entry, list[size - 1]))) return;
  let i = list.length;
  while (i > 0 && before(entry, list[i - 1])) i--;
  list.splice(i, 0, entry);
  if (list.length > size) list.pop();
}
