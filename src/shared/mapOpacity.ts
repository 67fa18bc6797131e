/**
 * How opaque a class activation map lies over its picture: the opacity chosen times the square root of the map's value,
 * so that the dark low end of a colour map does not hide the picture. The panel and the command line both draw by this.
 *
 * @param value   of the map; [0, 1], beyond them as their ends, what is no number as 0
 * @param opacity in [0, 1], where the map is highest
 */
export const mapOpacity = (value: number, opacity: number): number =>
  value > 0 ? opacity * Math.sqrt(Math.min(value, 1)) : 0;
