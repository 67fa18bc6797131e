import { interpolateRdBu } from 'd3-scale-chromatic';

/**
 * Red where a value is above 0, blue where it is below, near white at 0: ColorBrewer's RdBu, told apart with any colour vision.
 *
 * @param values any range, NaN as 0
 * @param largest magnitude that gets the full colour
 * @returns RGBA, 8 bits, opaque
 */
export function divergingColours(values: ArrayLike<number>, largest: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const share = largest > 0 ? Math.max(-1, Math.min(1, values[i] / largest)) : 0;
    // A table of 511 steps: the interpolator makes a text of each colour.
    rgba.set(colours()[Math.round(255 * (Number.isNaN(share) ? 0 : share)) + 255], 4 * i);
  }
  return rgba;
}

let table: [number, number, number, number][] | null = null;

function colours(): [number, number, number, number][] {
  return (table ??= Array.from({ length: 511 }, (_, i) => {
    const [red, green, blue] = interpolateRdBu(1 - i / 510)
      .match(/\d+/g)!
      .map(Number);
    return [red, green, blue, 255];
  }));
}

/** The largest magnitude, NaN aside. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > largest) largest = Math.abs(values[i]);
  return largest;
}
