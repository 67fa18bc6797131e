import { mapOpacity } from '../../shared/mapOpacity.js';
import { colourise, type ColourMapName } from './colourMap.js';

/** How a map is laid over its picture. */
export interface MapPaint {
  /** [0, 1]; where the map is highest, or everywhere if `even` */
  opacity: number;
  colours: ColourMapName;
  /** Blends the same everywhere, as papers and pytorch-grad-cam do. */
  even: boolean;
}

/** What the two ways of blending do, for a tooltip. */
export const evenHint =
  'As papers and pytorch-grad-cam blend. Otherwise the opacity grows with the square root of the map, so that the picture stays clear where the map is low.';

/**
 * A map in colour with its opacity: the opacity chosen times the square root of the value, so that the dark low end of a
 * colour map does not hide the picture; or the opacity chosen everywhere.
 *
 * @param values [0, 1]; beyond them as their ends, what is no number as 0
 * @returns RGBA, 8 bits, alpha not multiplied in
 */
export function mapOverlay(
  values: ArrayLike<number>,
  { opacity, colours, even }: MapPaint,
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = colourise(values, colours);
  for (let i = 0; i < values.length; i++) {
    rgba[4 * i + 3] = Math.round(255 * (even ? opacity : mapOpacity(values[i], opacity)));
  }
  return rgba;
}
