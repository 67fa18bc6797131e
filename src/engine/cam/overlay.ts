import type { Picture } from '../../shared/engineApi.js';
import { mapOpacity } from '../../shared/mapOpacity.js';
import { colormaps } from './colormaps.js';

/**
 * The picture with the map laid over it, as the panel shows it: out = (1 - a) · picture + a · colour(map), where
 * a = opacity · √map.
 *
 * @param map      picture's height × width, in [0, 1]
 * @param opacity  where the map is highest, in [0, 1]
 * @param colormap name in `colormaps`
 * @returns RGBA, opaque
 */
export function overlay(picture: Picture, map: Float32Array, opacity = 0.7, colormap = 'inferno'): Picture {
  const { width, height } = picture;
  if (map.length !== width * height) throw new Error(`a map of ${map.length} values over ${height} × ${width} pixels`);
  const colours = colormaps[colormap];
  const rgba = new Uint8Array(picture.rgba.length);
  for (let pixel = 0; pixel < map.length; pixel++) {
    const above = mapOpacity(map[pixel], opacity);
    const colour = 3 * Math.round(255 * Math.min(Math.max(map[pixel], 0), 1));
    for (let channel = 0; channel < 3; channel++) {
      const under = picture.rgba[4 * pixel + channel];
      rgba[4 * pixel + channel] = Math.round((1 - above) * under + above * colours[colour + channel]);
    }
    rgba[4 * pixel + 3] = 255;
  }
  return { ...picture, rgba };
}
