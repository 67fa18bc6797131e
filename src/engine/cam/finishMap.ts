import { resizeMap } from './resizeMap.js';

/** A layer's map as a method gives it: any range, at the layer's resolution. */
export interface RawMap {
  /** One a place. */
  values: Float32Array;
  places: readonly number[];
}

/**
 * From raw maps to the map that is shown, as pytorch-grad-cam does it: what is below 0 is cut off, each layer's map is
 * scaled to [0, 1] and resized to the input, the layers are averaged, and the mean is scaled again.
 *
 * A map without any contrast becomes zeros. NaN and infinite values count as 0.
 *
 * @param layers  one or more
 * @param size    of the input's axes of places
 * @param rectify false keeps what is below 0: for maps that are not for or against a class
 * @returns one a place of the input, in [0, 1]
 */
export function finishMap(layers: readonly RawMap[], size: readonly number[], rectify = true): Float32Array {
  const sum = new Float32Array(size.reduce((product, length) => product * length, 1));
  for (const layer of layers) {
    const raw = layer.values.map((value) => (Number.isFinite(value) && !(rectify && value < 0) ? value : 0));
    const resized = resizeMap(scaleToUnit(raw), layer.places, size);
    // Splines swing a little below what they go through.
    for (let i = 0; i < sum.length; i++) sum[i] += Math.max(resized[i], 0);
  }
  return scaleToUnit(sum.map((value) => value / layers.length));
}

/** (v - min) / (1e-7 + max of that), as pytorch-grad-cam's `scale_cam_image`. */
export function scaleToUnit(values: Float32Array): Float32Array {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const range = 1e-7 + (highest - lowest);
  return values.map((value) => (value - lowest) / range);
}
