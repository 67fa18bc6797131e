import assert from 'node:assert/strict';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { placesOf } from '../../../src/engine/concept/placeMask.js';
import { colourIndex, colour } from '../../../src/engine/concept/measured/colour.js';
import { maskSize } from '../../../src/engine/concept/measured/maskSize.js';
import { measuring } from '../../../src/engine/concept/measured/measure.js';
import type { MeasuredPicture } from '../../../src/engine/concept/measured/measurer.js';
import { isEdge, sobel } from '../../../src/engine/concept/measured/sobel.js';

type Paint = (x: number, y: number) => number;

const grey = (width: number, height: number, paint: Paint): MeasuredPicture => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, i) => paint(i % width, Math.floor(i / width))),
});

const rgb = (width: number, height: number, paint: (x: number, y: number) => number[]): MeasuredPicture => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => paint(i % width, Math.floor(i / width))).flat(),
  ),
});

/** Names of the concepts that hold at each position of the pictures, and of the pictures as wholes. */
function measured(...pictures: MeasuredPicture[]) {
  const [{ width, height }] = pictures;
  const measure = measuring(pictures.length, height, width);
  for (const picture of pictures) measure.add(picture);
  const { concepts, notes } = measure.result();
  const at = (x: number, y: number, sample = 0) =>
    concepts
      .filter((c) => hasBit(placesOf(c.ofPositions!, sample, height * width), y * width + x))
      .map(({ name }) => name);
  const whole = (sample: number) =>
    concepts.filter((c) => c.ofSamples && hasBit(c.ofSamples, sample)).map((c) => c.name);
  return { at, whole, concepts, notes };
}

describe('concepts measured from pixels', () => {
  describe('colours', () => {
    const cases: [string, number[]][] = [
      ['red', [255, 0, 0]],
      ['orange', [255, 140, 0]], // hue 60 · 140 / 255 = 32.9°
      ['yellow', [255, 255, 0]],
      ['green', [0, 128, 0]],
      ['green', [127, 255, 0]], // chartreuse, 90.1°
      ['cyan', [0, 255, 255]],
      ['blue', [0, 0, 255]],
      ['blue', [70, 130, 230]], // 217.5°
      ['purple', [128, 0, 200]], // 278.4°
      ['pink', [255, 105, 180]], // 330°
      ['pink', [255, 182, 193]], // light pink: hue 351°, saturation 0.29
      ['brown', [139, 69, 19]], // saddle brown: 25°, value 0.55
      ['white', [255, 255, 255]],
      ['white', [250, 245, 240]],
      ['grey', [128, 128, 128]],
      ['black', [0, 0, 0]],
      ['black', [50, 10, 10]], // value 0.196
    ];
    for (const [name, [r, g, b]] of cases) {
      it(`(${r}, ${g}, ${b}) is ${name}`, () => assert.equal(colour.names[colourIndex(r, g, b)], name));
    }

    it('every colour has a name', () => {
      for (let r = 0; r < 256; r += 5) {
        for (let g = 0; g < 256; g += 5) {
          for (let b = 0; b < 256; b += 5) assert.ok(colour.names[colourIndex(r, g, b)]);
        }
      }
    });

    it('are told of each position, and of a picture from a quarter of it on', () => {
      // Red covers 2 of 8 columns; blue the rest.
      const { at, whole } = measured(
        rgb(8, 8, (x) => (x < 2 ? [255, 0, 0] : [0, 0, 255])),
        rgb(8, 8, (x, y) => (x < 1 && y < 8 ? [255, 0, 0] : [0, 255, 0])),
      );
      assert.ok(at(1, 0).includes('red') && !at(1, 0).includes('blue'));
      assert.ok(at(2, 0).includes('blue'));
      assert.ok(whole(0).includes('red') && whole(0).includes('blue'));
      assert.ok(!whole(1).includes('red') && whole(1).includes('green'));
    });

    it('are left out for grey pictures, and that is said', () => {
      const { concepts, notes } = measured(grey(8, 8, (x) => x * 30));
      assert.ok(!concepts.some(({ category }) => category === 'colour'));
      assert.ok(notes.some((note) => /grey/.test(note)));
    });
  });

  it('dark is luma below 64, bright from 192 on', () => {
    const { at } = measured(grey(8, 8, (x) => [0, 63, 64, 128, 191, 192, 255, 255][x]));
    const brightness = (x: number) => at(x, 3).find((name) => name === 'dark' || name === 'bright');
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(brightness), [
      'dark',
      'dark',
      undefined,
      undefined,
      undefined,
      'bright',
      'bright',
    ]);
    // (255, 0, 0) has luma 0.299 · 255 = 76: neither.
    assert.deepEqual(
      measured(rgb(8, 8, (x) => (x < 4 ? [255, 0, 0] : [0, 0, 255])))
        .at(0, 0)
        .filter((n) => n === 'dark'),
      [],
    );
  });

  describe('edges', () => {
    it("Sobel's gradient of a ramp is its slope", () => {
      const { x, y } = sobel(grey(9, 9, (x, y) => 3 * x + 5 * y).data, 9, 9);
      assert.deepEqual([x[40], y[40]], [3, 5]);
    });

    it('a step of 32 levels is an edge, one of 31 is none', () => {
      const step = (height: number) => sobel(grey(8, 8, (x) => (x < 4 ? 0 : height)).data, 8, 8);
      assert.ok(isEdge(step(32), 3) && isEdge(step(32), 4) && !isEdge(step(32), 2));
      assert.ok(!isEdge(step(31), 3));
    });

    const stripes: [string, Paint][] = [
      ['vertical edge', (x) => (Math.floor(x / 4) % 2) * 200],
      ['horizontal edge', (_, y) => (Math.floor(y / 4) % 2) * 200],
      // x + y is constant along a line that rises to the right (y counts downwards).
      ['rising diagonal edge', (x, y) => (Math.floor((x + y) / 6) % 2) * 200],
      ['falling diagonal edge', (x, y) => (Math.floor((x - y + 60) / 6) % 2) * 200],
    ];
    for (const [name, paint] of stripes) {
      it(`stripes give "${name}" and no other`, () => {
        const { concepts } = measured(grey(24, 24, paint));
        const found = concepts.filter((concept) => / edge$/.test(concept.name));
        const inside = found.filter(({ ofPositions }) =>
          Array.from({ length: 24 * 24 }, (_, i) => i)
            .filter((i) => i % 24 > 0 && i % 24 < 23 && i >= 24 && i < 23 * 24)
            .some((i) => hasBit(placesOf(ofPositions!, 0, 24 * 24), i)),
        );
        assert.deepEqual(
          inside.map((concept) => concept.name),
          [name],
        );
      });
    }

    it('are told apart by eighths of a half-turn', () => {
      // Luma that grows by cos a to the right and sin a upwards has edges at right angles to that, of a + 90 degrees.
      const angles = ['horizontal', 'gently rising', 'rising diagonal', 'steeply rising'];
      angles.push('vertical', 'steeply falling', 'falling diagonal', 'gently falling');
      angles.forEach((name, k) => {
        const across = ((k * 22.5 - 90) * Math.PI) / 180;
        const [dx, dy] = [18 * Math.cos(across), -18 * Math.sin(across)];
        const { at } = measured(
          grey(9, 9, (x, y) => 128 + Math.round(dx * (x - 4) + dy * (y - 4))),
          grey(9, 9, () => 0),
        );
        assert.deepEqual(
          at(4, 4).filter((concept) => / edge$/.test(concept)),
          [`${name} edge`],
        );
      });
    });

    it('of a picture as a whole from a tenth of it on', () => {
      // Two of 20 columns are edge pixels: a tenth; in 24 columns less.
      const step = (width: number) => grey(width, 20, (x) => (x < 10 ? 0 : 200));
      const plain = (width: number) => grey(width, 20, () => 0);
      assert.ok(measured(step(20), plain(20)).whole(0).includes('vertical edge'));
      assert.ok(!measured(step(24), plain(24)).whole(0).includes('vertical edge'));
    });

    it('busy where half of the window is edges, plain where none is', () => {
      // Left half flat; right half stripes of two pixels, where every pixel is an edge.
      const { at } = measured(grey(32, 32, (x) => (x < 16 ? 0 : (Math.floor(x / 2) % 2) * 255)));
      assert.ok(at(5, 16).includes('plain') && !at(5, 16).includes('busy'));
      assert.ok(at(26, 16).includes('busy') && !at(26, 16).includes('plain'));
    });
  });

  it('a window with fewer than half of its pixels edges is neither busy nor plain', () => {
    // Stripes of 8 pixels: edges are 2 pixels in 8, so the window of 5 holds none, one or two columns of them.
    const { at } = measured(grey(32, 32, (x) => (Math.floor(x / 8) % 2) * 255));
    const density = (x: number) => at(x, 16).find((name) => name === 'busy' || name === 'plain');
    // Columns 7 and 8 are edges; the window around x reaches from x - 2 to x + 2.
    assert.deepEqual([4, 5, 7, 8, 10, 11].map(density), ['plain', undefined, undefined, undefined, undefined, 'plain']);
  });

  it('colours are colourless, muted or vivid', () => {
    // Saturation is (max - min) / max: 0, 0.4, 0.6 and 1; the last is black, value 0.196.
    const colours = [
      [128, 128, 128],
      [200, 120, 120],
      [200, 80, 80],
      [255, 0, 0],
      [50, 0, 0],
    ];
    const { at } = measured(rgb(10, 8, (x) => colours[Math.floor(x / 2)]));
    assert.deepEqual(
      [0, 2, 4, 6, 8].map((x) => at(x, 2).find((name) => /^(colourless|muted|vivid)$/.test(name))),
      ['colourless', 'muted', 'vivid', 'vivid', 'colourless'],
    );
  });

  describe('textures', () => {
    const stripes = (period: number, contrast: number) =>
      grey(64, 64, (x) => Math.round(128 + contrast * Math.sin(((x + 0.5) * 2 * Math.PI) / period)));
    const inTheMiddle = (period: number, contrast: number) =>
      measured(
        stripes(period, contrast),
        grey(64, 64, () => 128),
      )
        .at(32, 32)
        .filter((name) => / texture$/.test(name));

    it('are fine, medium or coarse by how often they repeat', () => {
      assert.deepEqual(
        [3, 4].flatMap((period) => inTheMiddle(period, 100)),
        ['fine texture', 'fine texture'],
      );
      assert.deepEqual(
        [7, 8].flatMap((period) => inTheMiddle(period, 100)),
        ['medium texture', 'medium texture'],
      );
      assert.deepEqual(
        [14, 16].flatMap((period) => inTheMiddle(period, 100)),
        ['coarse texture', 'coarse texture'],
      );
    });

    it('are none where luma hardly varies', () => {
      for (const period of [4, 8, 16]) assert.deepEqual(inTheMiddle(period, 8), []);
    });

    it('strength of a band is what the wavelet says: stripes of one position', () => {
      // 128 ± c by turns: the filter [1 4 6 4 1] / 16 gives 128 ± c (6 - 8 + 2) / 16 = 128, so the first band is ± c.
      const turns = (c: number) => grey(64, 64, (x) => 128 + (x % 2 ? c : -c));
      const found = (c: number) => measured(turns(c)).concepts.some(({ name }) => name === 'fine texture');
      const notes = (c: number) => measured(turns(c)).notes.join();
      assert.match(notes(8), /everywhere: .*fine texture/);
      assert.ok(!found(7) && /nowhere in these pictures: .*fine texture/.test(notes(7)));
    });
  });

  describe('places', () => {
    const { at, concepts } = measured(grey(9, 6, (x) => x * 20));
    it('are thirds and the border', () => {
      const places = (x: number, y: number) => at(x, y).filter((name) => / third$|^border$/.test(name));
      assert.deepEqual(places(0, 0), ['upper third', 'left third', 'border']);
      assert.deepEqual(places(4, 2), ['middle third', 'centre third']);
      assert.deepEqual(places(7, 4), ['lower third', 'right third']);
    });
    it('say nothing of a picture as a whole', () => {
      assert.ok(concepts.filter(({ category }) => category === 'place').every(({ ofSamples }) => ofSamples === null));
    });
  });

  it('what holds everywhere or nowhere is left out, and that is said', () => {
    const { concepts, notes } = measured(grey(8, 8, () => 10));
    assert.ok(!concepts.some(({ name }) => ['dark', 'bright', 'plain', 'busy'].includes(name)));
    assert.ok(notes.some((note) => /everywhere: dark, plain/.test(note)));
    assert.ok(notes.some((note) => /nowhere in these pictures: bright, horizontal edge/.test(note)));
  });

  it('masks have the size of the input, divided until the longer side is 112 or less', () => {
    assert.deepEqual(maskSize(28, 28, 1000), { height: 28, width: 28 });
    assert.deepEqual(maskSize(224, 224, 100), { height: 112, width: 112 });
    assert.deepEqual(maskSize(299, 299, 1), { height: 100, width: 100 }); // 299 / 3 = 99.7
    assert.deepEqual(maskSize(120, 320, 1), { height: 40, width: 107 });
    // Broden's 60,000 × 112 × 112 = 753 million positions are fewer than 2^31 = 2,147 million, 200,000 × 112 × 112 are more.
    assert.deepEqual(maskSize(224, 224, 60_000), { height: 112, width: 112 });
    assert.deepEqual(maskSize(224, 224, 200_000), { height: 75, width: 75 }); // 224 / 3 = 74.7
  });
});
