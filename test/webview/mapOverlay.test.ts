import assert from 'node:assert/strict';
import { colourise } from '../../src/webview/charts/colourMap.js';
import { mapOverlay } from '../../src/webview/charts/mapOverlay.js';

const alphas = (rgba: Uint8ClampedArray) => [...rgba].filter((_, i) => i % 4 === 3);
const colours = (rgba: Uint8ClampedArray) => [...rgba].filter((_, i) => i % 4 !== 3);
const values = [0, 0.04, 0.25, 1, NaN, -1, 2];

describe('a map over its picture', () => {
  it('grows with the square root of the map: nothing hides where the map is nothing', () => {
    const rgba = mapOverlay(values, { opacity: 0.8, colours: 'inferno', even: false });
    // 255 · 0.8 = 204, times 0, 0.2, 0.5, 1
    assert.deepEqual(alphas(rgba), [0, 41, 102, 204, 0, 0, 204]);
    assert.deepEqual(colours(rgba), colours(colourise(values, 'inferno')));
  });

  it('is as opaque everywhere where that is asked for', () => {
    const rgba = mapOverlay(values, { opacity: 0.4, colours: 'jet', even: true });
    assert.deepEqual(alphas(rgba), values.map(() => 102)); // prettier-ignore
    assert.deepEqual(colours(rgba), colours(colourise(values, 'jet')));
  });
});
