import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { outlines, upsample, type Outline } from '../../src/webview/charts/contour.js';

const { upsampling } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../fixtures/webview/reference.json'), 'utf8'),
) as { upsampling: { small: number[][]; large: number[][] } };

/** Area by the shoelace formula; negative for holes. */
function area(outline: Outline): number {
  let twice = 0;
  for (let i = 0; i < outline.length; i += 2) {
    const next = (i + 2) % outline.length;
    twice += outline[i] * outline[next + 1] - outline[next] * outline[i + 1];
  }
  return twice / 2;
}

const field = (side: number, value: (x: number, y: number) => number) =>
  Float64Array.from({ length: side * side }, (_, i) =>
    value(((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side),
  );

describe('outline of the region that fires', () => {
  it("upsamples as PyTorch's bilinear interpolation does", () => {
    const { small, large } = upsampling;
    const ours = upsample(small.flat(), 3, 5, 8, 11);
    large
      .flat()
      .forEach((value, i) => assert.ok(Math.abs(ours[i] - value) < 1e-5, `${i}: ${ours[i]}, PyTorch ${value}`));
  });

  it('of a disc is its circle', () => {
    const radius = 0.3;
    const disc = field(60, (x, y) => radius - Math.hypot(x - 0.5, y - 0.4));
    const lines = outlines(disc, 60, 60, 0);
    assert.equal(lines.length, 1);
    for (let i = 0; i < lines[0].length; i += 2) {
      const distance = Math.hypot(lines[0][i] - 0.5, lines[0][i + 1] - 0.4);
      assert.ok(Math.abs(distance - radius) < 0.002, `a point at ${distance} from the centre`);
    }
    assert.ok(Math.abs(Math.abs(area(lines[0])) - Math.PI * radius ** 2) < 0.002);
  });

  it('of a ring has a hole', () => {
    const ring = field(60, (x, y) => 0.1 - Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.3));
    const areas = outlines(ring, 60, 60, 0).map(area);
    assert.equal(areas.length, 2);
    const sum = Math.abs(areas[0] + areas[1]);
    assert.ok(Math.abs(sum - Math.PI * (0.4 ** 2 - 0.2 ** 2)) < 0.004, `${sum}`);
  });

  it('is the whole picture where all of it fires, and nothing where none of it does', () => {
    const [whole] = outlines([5, 5, 5, 5], 2, 2, 4);
    assert.ok(Math.abs(Math.abs(area(whole)) - 1) < 0.01);
    assert.deepEqual(outlines([5, 5, 5, 5], 2, 2, 6), []);
  });

  it('takes only what lies strictly above the threshold', () => {
    assert.deepEqual(outlines([5, 5, 5, 5], 2, 2, 5), []);
    assert.deepEqual(outlines([0, 0, 0, 0], 2, 2, 0), []);
  });

  it('of one place in a row of two is half the picture', () => {
    // Bilinear between 1 (centre at 1/4) and 0 (centre at 3/4) crosses one half in the middle.
    const [half] = outlines([1, 0], 1, 2, 0.5);
    assert.ok(Math.abs(Math.abs(area(half)) - 0.5) < 0.02);
  });
});
