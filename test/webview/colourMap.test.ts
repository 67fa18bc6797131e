import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { colourise, colourTable, type ColourMapName } from '../../src/webview/charts/colourMap.js';

const reference = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../fixtures/webview/reference.json'), 'utf8'),
) as { colours: { every: number; maps: Record<ColourMapName, number[][]> } };

describe('colour maps', () => {
  for (const [name, colours] of Object.entries(reference.colours.maps)) {
    it(`${name} is matplotlib's`, () => {
      const table = colourTable(name as ColourMapName);
      colours.forEach((colour, i) => {
        const at = i * reference.colours.every;
        colour.forEach((channel, c) => {
          const ours = table[at * 3 + c];
          // Both round, at different places.
          assert.ok(Math.abs(ours - channel) <= 1, `${name}[${at}][${c}]: ${ours}, matplotlib ${channel}`);
        });
      });
    });
  }

  it('takes the ends for values beyond them, and the lowest colour for what is no number', () => {
    const table = colourTable('viridis');
    const rgba = colourise([-1, 0, 1, 7, NaN], 'viridis');
    const first = [...table.subarray(0, 3), 255];
    const last = [...table.subarray(255 * 3), 255];
    assert.deepEqual([...rgba], [...first, ...first, ...last, ...last, ...first]);
  });
});
