import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { linearImputation, type Planes } from '../../../src/engine/evaluate/index.js';

/** Made by imputation.py with pytorch-grad-cam's imputer. */
const reference = JSON.parse(readFileSync(path.join(import.meta.dirname, 'imputation.json'), 'utf8')) as Record<
  string,
  { places: number[]; values: number[][] }
>;

const side = 224;
const places = side * side;
const x = (place: number): number => place % side;
const y = (place: number): number => Math.floor(place / side);

function picture(): Planes {
  const values = Float32Array.from({ length: 3 * places }, (_, i) => {
    const [c, place] = [Math.floor(i / places), i % places];
    const waves = Math.sin(x(place) / 9 + c) * Math.cos(y(place) / 7 - 2 * c);
    return waves + ((31 * x(place) + 17 * y(place) + 5 * c) % 23) / 23;
  });
  return { values, channels: 3, height: side, width: side };
}

const isInDisc = (place: number): boolean => (x(place) - 90) ** 2 + (y(place) - 130) ** 2 < 70 ** 2;
const kept: Record<string, (place: number) => boolean> = {
  'all but a disc': (place) => !isInDisc(place),
  'a disc': isInDisc,
  'scattered pixels': (place) => (x(place) ** 2 + 3 * y(place) ** 2 + 7 * x(place) * y(place)) % 101 < 10,
  'a corner': (place) => x(place) + y(place) < 3,
};

const mask = (isKept: (place: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: places }, (_, place) => Number(isKept(place)));

describe('linear imputation of pictures of 224 × 224, as pytorch-grad-cam solves it directly', () => {
  for (const [name, isKept] of Object.entries(kept)) {
    it(`from ${name}`, async () => {
      const input = picture();
      const filled = await linearImputation(input, mask(isKept));
      const { places: removed, values } = reference[name];
      values.forEach((row, channel) =>
        row.forEach((expected, i) => {
          const actual = filled[channel * places + removed[i]];
          assert.ok(
            Math.abs(actual - expected) < 1e-6,
            `channel ${channel}, place ${removed[i]}: ${actual}, ${expected}`,
          );
        }),
      );
      for (let i = 0; i < places; i++) if (isKept(i)) assert.equal(filled[i], input.values[i]);
    });
  }

  it('from an earlier one, to the same', async () => {
    const input = picture();
    const half = await linearImputation(input, mask(isInDisc));
    const onwards = mask((place) => isInDisc(place) || kept['scattered pixels'](place));
    const [again, anew] = [await linearImputation(input, onwards, half), await linearImputation(input, onwards)];
    anew.forEach((value, i) => assert.ok(Math.abs(value - again[i]) < 1e-6));
  });

  it('stops within a part of it', async () => {
    let asked = 0;
    const stopped = linearImputation(picture(), mask(isInDisc), undefined, async () => {
      if (++asked === 12) throw new Error('stopped');
    });
    await assert.rejects(stopped, /stopped/);
    assert.equal(asked, 12);
  });
});

describe('linear imputation of pictures of any shape', () => {
  // A row is filled as a line is drawn: each pixel the mean of both neighbours, at the end its only one.
  it('a row', async () => {
    const values = Float32Array.of(0, 9, 9, 9, 4, 9);
    const row: Planes = { values, channels: 1, height: 1, width: 6 };
    const filled = await linearImputation(row, Uint8Array.of(1, 0, 0, 0, 1, 0));
    [0, 1, 2, 3, 4, 4].forEach((expected, i) => assert.ok(Math.abs(filled[i] - expected) < 1e-6));
  });

  it('whatever the size, one kept pixel says all', async () => {
    for (const [height, width] of [
      [1, 1],
      [2, 2],
      [3, 50],
      [17, 2],
      [33, 64],
      [100, 7],
    ]) {
      const values = Float32Array.from({ length: 2 * height * width }, (_, i) => (i % 5) - 2);
      const keep = new Uint8Array(height * width);
      const at = (height * width) >> 1;
      keep[at] = 1;
      const filled = await linearImputation({ values, channels: 2, height, width }, keep);
      filled.forEach((value, i) => {
        const expected = values[i < height * width ? at : at + height * width];
        assert.ok(Math.abs(value - expected) < 1e-6, `${height} × ${width}: ${value}, not ${expected}`);
      });
    }
  });

  it('what is not a number ends it', async () => {
    const values = new Float32Array(40 * 40).fill(NaN);
    const keep = Uint8Array.from(values, (_, i) => i & 1);
    assert.ok((await linearImputation({ values, channels: 1, height: 40, width: 40 }, keep)).length === 1600);
  });
});
