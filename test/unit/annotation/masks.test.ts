import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { placementOf } from '../../../src/engine/probe/annotation/placement.js';
import { maskOfPolygons } from '../../../src/engine/probe/annotation/polygon.js';
import { AnnotationError, maskOfRuns, runsOfText } from '../../../src/engine/probe/annotation/runLength.js';
import { preparationFor } from '../../../src/engine/probe/image/index.js';
import { projectRoot } from '../../support/sharedData.js';

interface Case {
  width: number;
  height: number;
  polygons: number[][];
  text: string;
  counts: number[];
  area: number;
  mask: string;
}

/** Written by pycocotools; see the script beside it. */
const cases = JSON.parse(readFileSync(path.join(projectRoot, 'test/fixtures/annotation/masks.json'), 'utf8')) as Case[];

const bits = ({ mask, width, height }: Case): Uint8Array => {
  const bytes = Buffer.from(mask, 'base64');
  return Uint8Array.from({ length: width * height }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
};

describe('masks of COCO', () => {
  it('polygons cover the same pixels as with pycocotools', () => {
    for (const one of cases) assert.deepEqual(maskOfPolygons(one.polygons, one.width, one.height), bits(one));
  });

  it('run lengths, as text and as numbers, too', () => {
    for (const one of cases) {
      assert.deepEqual(maskOfRuns(runsOfText(one.text), one.width, one.height), bits(one));
      assert.deepEqual(maskOfRuns(one.counts, one.width, one.height), bits(one));
      assert.equal(
        bits(one).reduce((sum, bit) => sum + bit, 0),
        one.area,
      );
    }
  });

  it('refuse runs that are not as long as the picture, and text that is none', () => {
    for (const runs of [[], [5], [0, 5, 2], [0, -1, 7], [3, 2, 2], [1.5, 4.5], [NaN, 6]]) {
      assert.throws(() => maskOfRuns(runs, 3, 2), AnnotationError);
    }
    assert.deepEqual([...maskOfRuns([2, 3, 1], 3, 2)], [0, 0, 1, 1, 1, 0]);
    for (const text of ['~', ' ', 'oooooooooooooooooooo', 'é']) assert.throws(() => runsOfText(text), AnnotationError);
  });

  it('refuse outlines that nobody drew', () => {
    const zigzag = Array.from({ length: 2000 }, (_, i) => (i % 4 < 2 ? 0 : 999_999));
    assert.throws(() => maskOfPolygons([zigzag], 10, 10), AnnotationError);
  });
});

describe('where an annotation lies in the prepared picture', () => {
  const input = { name: 'image', type: 'float', shape: ['N', 3, 224, 224] };

  it('follows the resize and the centre crop', () => {
    // 640 × 480 becomes 341 × 256 (int(256 · 640 / 480)); the crop begins at round((341 − 224) / 2) = 58 (58.5, to even)
    // and at 16. On masks of 112 × 112 each position is 2 × 2 pixels of the crop: its centre is at 2 i + 1.
    const preparation = preparationFor(input, { resize: 256, crop: 224 });
    const size = { width: 640, height: 480 };
    const { columns, rows } = placementOf(size, size, preparation, { width: 112, height: 112 });
    assert.deepEqual([columns[0], columns[111]], [Math.floor((59 * 640) / 341), Math.floor((281 * 640) / 341)]);
    assert.deepEqual([rows[0], rows[111]], [Math.floor((17 * 480) / 256), Math.floor((239 * 480) / 256)]);
  });

  it('of a copy of half the size is found by proportion', () => {
    const preparation = preparationFor(input, { resize: [224, 224] });
    const masks = { width: 224, height: 224 };
    const whole = placementOf({ width: 448, height: 224 }, { width: 448, height: 224 }, preparation, masks);
    const half = placementOf({ width: 448, height: 224 }, { width: 224, height: 112 }, preparation, masks);
    // Two pixels of the picture are one of the input: its centre lies between them, and counts to the right one.
    assert.deepEqual([...whole.columns.subarray(0, 3)], [1, 3, 5]);
    assert.deepEqual([...half.columns.subarray(0, 3)], [0, 1, 2]);
    assert.deepEqual([...half.rows.subarray(0, 4)], [0, 0, 1, 1]);
  });

  it('is nowhere where a small picture was padded', () => {
    const preparation = preparationFor(input, { resize: 112, crop: 224 });
    const size = { width: 100, height: 100 };
    const { columns } = placementOf(size, size, preparation, { width: 8, height: 8 });
    // 112 pixels in the middle of 224: positions are 28 pixels wide, so the outer two on each side are padding.
    assert.deepEqual([...columns], [-1, -1, 12, 37, 62, 87, -1, -1]);
  });
});
