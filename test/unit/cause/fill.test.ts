import assert from 'node:assert/strict';
import { blurred, fillRegion, moved, resized, type Planes } from '../../../src/engine/cause/fill.js';

const planes = (values: number[], height: number, width: number): Planes => ({
  values: Float64Array.from(values),
  channels: values.length / height / width,
  height,
  width,
  offset: (channel, pixel) => channel * height * width + pixel,
});

describe('Filling a region of a picture', () => {
  it('with the mean colour of what lies outside, each channel with its own', () => {
    const picture = planes([9, 9, 1, 2, 3, 6, /**/ 7, 7, 0, 0, 0, 4], 2, 3);
    fillRegion(picture, Uint8Array.of(1, 1, 0, 0, 0, 0), 'mean colour');
    // (1 + 2 + 3 + 6) / 4 and (0 + 0 + 0 + 4) / 4
    assert.deepEqual([...picture.values], [3, 3, 1, 2, 3, 6, /**/ 1, 1, 0, 0, 0, 4]);
  });

  it('with its blurred surroundings: what is near counts most, and nothing of what was there', () => {
    // Left half dark, right half bright, a column of noise filled on each side of the border.
    const row = [0, 0, 0, 0, 50, -50, 1, 1, 1, 1];
    const picture = planes(Array.from({ length: 10 }, () => row).flat(), 10, 10);
    const region = Uint8Array.from({ length: 100 }, (_, i) => (i % 10 === 4 || i % 10 === 5 ? 1 : 0));
    fillRegion(picture, region, 'blurred surroundings');
    const middle = [...picture.values].slice(50, 60);
    // σ is 1: from column 4, column 3 weighs e^-½, 2 e^-2, 1 e^-4.5; on the other side 6 e^-2, 7 e^-4.5.
    const [near, next, last] = [Math.exp(-0.5), Math.exp(-2), Math.exp(-4.5)];
    assert.ok(Math.abs(middle[4] - (next + last) / (near + next + last + next + last)) < 1e-9, `${middle[4]}`);
    assert.ok(Math.abs(middle[4] + middle[5] - 1) < 1e-9);
    assert.deepEqual(middle.slice(0, 4), [0, 0, 0, 0]);
    // Where the surroundings are out of reach, their mean stands in.
    const far = planes(
      new Array(900).fill(0).map((_, i) => (i < 30 ? 4 : 0)),
      30,
      30,
    );
    fillRegion(
      far,
      Uint8Array.from({ length: 900 }, (_, i) => (i < 30 ? 0 : 1)),
      'blurred surroundings',
    );
    assert.equal(far.values[899], 4);
  });

  it('a blur keeps the sum away from the edges', () => {
    const point = new Float64Array(21 * 21);
    point[10 * 21 + 10] = 3;
    const spread = blurred(point, 21, 21, 2);
    assert.ok(Math.abs(spread.reduce((sum, value) => sum + value, 0) - 3) < 1e-9);
  });

  it('regions move around the edges and take other sizes', () => {
    assert.deepEqual([...moved(Uint8Array.of(1, 1, 0, 0, 0, 0), 2, 3, 1, 2)], [0, 0, 0, 1, 0, 1]);
    assert.deepEqual([...resized(Uint8Array.of(1, 0, 0, 1), 2, 2, 4, 4)].join(''), '1100110000110011');
    assert.deepEqual([...resized(Uint8Array.of(1, 0, 0, 1), 2, 2, 2, 3)].join(''), '110001');
  });
});
