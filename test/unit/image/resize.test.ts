import assert from 'node:assert/strict';
import { resize, shorterSideTo } from '../../../src/engine/probe/image/resize.js';
import { bytesOf, expected, furthest } from './fixtures.js';

describe('resizing', () => {
  for (const { from, to, pixels, want } of expected.resized) {
    it(`${from[0]} × ${from[1]} × ${from[2]} to ${to[0]} × ${to[1]} equals Pillow's to the byte`, () => {
      const [width, height, channels] = from;
      const resized = resize({ width, height, channels, data: bytesOf(pixels) }, to[0], to[1]);
      assert.deepEqual([resized.width, resized.height], to);
      assert.equal(furthest(resized.data, bytesOf(want)), 0);
    });
  }

  it('brings the shorter side to n and cuts the longer one down to a whole number', () => {
    assert.deepEqual(shorterSideTo(256, 640, 480), [341, 256]); // 256 · 640 / 480 = 341.33
    assert.deepEqual(shorterSideTo(256, 480, 640), [256, 341]);
    assert.deepEqual(shorterSideTo(10, 3, 3), [10, 10]);
  });
});
