import { scaleToUnit } from './finishMap.js';
import { channelSum, principalComponent } from './principalComponent.js';
import { resizeMap } from './resizeMap.js';

/** What one tensor contributes: of the input x · g, of a layer with a bias b · g, at the tensor's resolution. */
export interface FullGradTerm {
  /** channels × places, of any sign */
  values: Float32Array;
  channels: number;
  places: readonly number[];
  /** The input's channels stay apart; a layer's are summed. */
  isInput: boolean;
}

/**
 * Full gradients of the input and of every bias, in one map. Srinivas & Fleuret 2019, arXiv:1905.00780, as
 * pytorch-grad-cam has it: the magnitude of each channel is scaled to [0, 1] and resized by itself, and all are summed.
 *
 * @param size        of the input's axes of places
 * @param eigenSmooth the terms' first principal component at an eighth of the resolution in place of their sum
 * @returns one a place of the input, before the last scaling
 */
export function fullGrad(terms: readonly FullGradTerm[], size: readonly number[], eigenSmooth: boolean): Float32Array {
  const maps = terms.flatMap((term) => termMaps(term, size));
  const count = size.reduce((product, length) => product * length, 1);
  if (!eigenSmooth) {
    const sum = new Float32Array(count);
    for (const map of maps) for (let i = 0; i < count; i++) sum[i] += map[i];
    return sum;
  }
  const small = size.map((length) => Math.max(1, Math.floor(length / 8)));
  const smallCount = small.reduce((product, length) => product * length, 1);
  const stacked = new Float32Array(maps.length * smallCount);
  maps.forEach((map, i) => stacked.set(resizeMap(scaleToUnit(map), size, small), i * smallCount));
  const projection = principalComponent(stacked, maps.length, channelSum);
  return Float32Array.from(resizeMap(scaleToUnit(projection), small, size));
}

function termMaps({ values, channels, places, isInput }: FullGradTerm, size: readonly number[]): Float32Array[] {
  const each = values.length / channels;
  const scaled = Array.from({ length: channels }, (_, channel) =>
    scaleToUnit(values.slice(channel * each, (channel + 1) * each).map(Math.abs)),
  );
  // Resizing is linear: the sum of a layer's channels is resized once, not each channel.
  const summed = isInput ? scaled : [sumOf(scaled, each)];
  return summed.map((map) => Float32Array.from(resizeMap(map, places, size)));
}

function sumOf(maps: readonly Float32Array[], length: number): Float32Array {
  const sum = new Float64Array(length);
  for (const map of maps) for (let i = 0; i < length; i++) sum[i] += map[i];
  return Float32Array.from(sum);
}
