import assert from 'node:assert/strict';
import path from 'node:path';
import { decodeFile } from '../../../src/engine/probe/image/decode.js';
import { toRgb } from '../../../src/engine/probe/image/raster.js';
import { bytesOf, expected, fixtureFolder, furthest } from './fixtures.js';

describe('decoding pictures', () => {
  for (const [name, { width, height, rgb }] of Object.entries(expected.decoded)) {
    // jpeg-js, which reads CMYK and YCCK, has another inverse transform than libjpeg.
    const allowed = name === 'cmyk.jpg' ? 1 : name === 'ycck.jpg' ? 2 : 0;
    it(`${name} gives Pillow's pixels${allowed ? ` within ${allowed} of 255` : ''}`, async () => {
      const raster = await decodeFile(path.join(fixtureFolder, name));
      assert.deepEqual([raster.width, raster.height], [width, height]);
      const difference = furthest(toRgb(raster).data, bytesOf(rgb));
      assert.ok(difference <= allowed, `differs by ${difference}`);
    });
  }

  it('keeps one channel for grey pictures', async () => {
    for (const name of ['grey-8.png', 'grey-alpha-8.png', 'grey.jpg']) {
      assert.equal((await decodeFile(path.join(fixtureFolder, name))).channels, 1, name);
    }
  });
});
