import assert from 'node:assert/strict';

/** Equal lengths, and no two values further apart than the tolerance. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(actual[i] - expected[i]);
    assert.ok(apart <= tolerance, `at ${i}: ${actual[i]} instead of ${expected[i]}`);
  }
}
