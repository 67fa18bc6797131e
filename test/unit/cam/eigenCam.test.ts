import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eigenCam, finishMap } from '../../../src/engine/cam/index.js';
import { assertClose } from './close.js';

// Two channels of 2 × 3 places; singular values and vectors by hand.
const a1 = [1, 0, 2, 0.5, 3, 0];
const a2 = [0, 1, -1, 2, 0, 1];
const projection = [0.252342, -1.154923, 1.659607, -1.401727, 1.799624, -1.154923];

describe('Eigen-CAM', () => {
  it('projects the places on the direction of greatest variance', () => {
    const raw = eigenCam(Float32Array.from([...a1, ...a2]), 2);
    assertClose(raw, projection, 1e-5);
    const map = finishMap([{ values: raw, places: [2, 3] }], [2, 3]);
    assertClose(map, [0.140219, 0, 0.922197, 0, 1, 0], 1e-5);
  });

  it('gives the other sign its own map', () => {
    const negated = Float32Array.from(projection, (value) => -value);
    const map = finishMap([{ values: negated, places: [2, 3] }], [2, 3]);
    assertClose(map, [0, 0.823929, 0, 1, 0, 0.823929], 1e-5);
  });

  it('is the channel less its mean where there is only one', () => {
    assertClose(eigenCam(Float32Array.of(0, 0, 0, 8), 1), [-2, -2, -2, 6], 1e-6);
  });

  it('follows the energy: strongly negative activations count as strong', () => {
    assertClose(eigenCam(Float32Array.of(0, 0, 0, -8), 1), [-2, -2, -2, 6], 1e-6);
  });

  it('is positive where its magnitude is greatest, if the energy does not decide', () => {
    // Energy 8 + 0.5² at every place: the second channel makes up for the first.
    const first = [2, -1, -1, 0];
    const second = first.map((value) => Math.sqrt(9 - value * value));
    const map = eigenCam(Float32Array.from([...first, ...second]), 2);
    assert.equal(map.indexOf(Math.max(...map)), map.map(Math.abs).indexOf(Math.max(...map.map(Math.abs))));
  });

  it('counts NaN and infinite activations as 0', () => {
    const broken = eigenCam(Float32Array.of(NaN, Infinity, -Infinity, 8), 1);
    assertClose(broken, [-2, -2, -2, 6], 1e-6);
  });

  it('is empty where nothing varies', () => {
    assertClose(eigenCam(new Float32Array(12).fill(3), 3), [0, 0, 0, 0], 1e-12);
    assertClose(eigenCam(Float32Array.of(5, -2), 2), [0], 1e-12);
  });

  it('finds a direction that is only a hair stronger than the next', () => {
    // Orthogonal channels of lengths 1.0001 and 1: the first decides alone.
    const map = eigenCam(Float32Array.of(1.0001, -1.0001, 0, 0, 0, 0, 1, -1), 2);
    assertClose(map.map(Math.abs), [1.0001, 1.0001, 0, 0], 1e-6);
  });

  it('equals the greatest singular value in length, with more channels than places and with fewer', () => {
    // The map is X v: no other direction gives a longer one, and XᵀX v = (length of X v)² v.
    const shapes = fc.record({ channels: fc.integer({ min: 1, max: 24 }), places: fc.integer({ min: 1, max: 24 }) });
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.integer({ min: -50, max: 50 })), ({ channels, places }, stream) => {
        const values = Float32Array.from({ length: channels * places }, () => stream.next().value as number);
        const map = eigenCam(values, channels);
        const x = Array.from({ length: channels }, (_, k) => {
          const row = [...values.subarray(k * places, (k + 1) * places)];
          const mean = row.reduce((sum, value) => sum + value, 0) / places;
          return row.map((value) => value - mean);
        });
        // X Xᵀ (X v) = σ² (X v), and σ² is |X v|².
        const back = x.map((row) => row.reduce((sum, value, i) => sum + value * map[i], 0));
        const again = [...map].map((_, i) => x.reduce((sum, row, k) => sum + row[i] * back[k], 0));
        const square = map.reduce((sum, value) => sum + value * value, 0);
        assertClose(
          again,
          [...map].map((value) => value * square),
          1e-4 * (square ** 1.5 + 1e-9),
        );
        // At least as long as the projection on any single channel's axis.
        const longest = Math.max(...x.map((row) => row.reduce((sum, value) => sum + value * value, 0)));
        assert.ok(square >= longest * (1 - 1e-6));
      }),
      { numRuns: 200 },
    );
  });
});
