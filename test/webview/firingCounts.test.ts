import assert from 'node:assert/strict';
import { firingCounts } from '../../src/webview/charts/firingCounts.js';

describe('which part of a histogram fires', () => {
  const edges = [0, 1, 2, 3];
  const counts = [60, 30, 10];

  it('all above the threshold, nothing below', () => {
    assert.deepEqual(firingCounts(edges, counts, 1, 0.4), [0, 30, 10]);
    assert.deepEqual(firingCounts(edges, counts, 5, 0), [0, 0, 0]);
    assert.deepEqual(firingCounts(edges, counts, -1, 1), counts);
    assert.deepEqual(firingCounts(edges, counts, null, 0), [0, 0, 0]);
  });

  it('of the bin that holds the threshold, what is missing to the fire rate', () => {
    // 25 of 100 fire: 10 in the last bin, so 15 of the 30 between 1 and 2.
    assert.deepEqual(firingCounts(edges, counts, 1.5, 0.25), [0, 15, 10]);
  });

  it("a ReLU's zeros do not fire, though they share a bin with what does", () => {
    // 45 of 100 are above zero: the 40 of the upper bins and 5 of the first.
    assert.deepEqual(firingCounts(edges, counts, 0, 0.45), [5, 30, 10]);
  });

  it('nothing above the highest activation', () => {
    assert.deepEqual(firingCounts(edges, counts, 3, 0), [0, 0, 0]);
  });
});
