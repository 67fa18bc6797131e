import assert from 'node:assert/strict';
import { normalFiller } from '../../../src/engine/random.js';

describe('normal numbers', () => {
  it('are as often that far out as the normal distribution says, tail and all', () => {
    const values = new Float64Array(1_000_000);
    normalFiller(1)(values);
    // P(|x| > 1, 2, 3, 4), and half of each on either side.
    for (const [bound, share] of [
      [1, 0.3173105],
      [2, 0.0455003],
      [3, 0.0026998],
      [4, 0.00006334],
    ]) {
      for (const sign of [-1, 1]) {
        const expected = (share / 2) * values.length;
        const found = values.reduce((count, x) => count + Number(sign * x > bound), 0);
        // Four standard deviations of a count.
        assert.ok(
          Math.abs(found - expected) < 4 * Math.sqrt(expected),
          `${found} of ${expected} beyond ${sign * bound}`,
        );
      }
    }
    const mean = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    assert.ok(Math.abs(mean(1)) < 4e-3 && Math.abs(mean(2) - 1) < 6e-3 && Math.abs(mean(4) - 3) < 4e-2);
  });

  it('are the same for the same seed', () => {
    const whole = new Float64Array(1000);
    normalFiller(7)(whole);
    const parts = [new Float64Array(300), new Float64Array(700)];
    parts.forEach(normalFiller(7));
    assert.deepEqual([...parts[0], ...parts[1]], [...whole]);
    normalFiller(8)(parts[0]);
    assert.notDeepEqual(parts[0], whole.subarray(0, 300));
  });
});
