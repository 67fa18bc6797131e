import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { treeThresholds } from '../../../src/engine/probe/columnTree.js';
import { projectRoot } from '../../support/sharedData.js';

/** Written by scikit-learn; see the script there. */
const cases = JSON.parse(readFileSync(path.join(projectRoot, 'test/fixtures/tree/trees.json'), 'utf8')) as {
  column: number[];
  target: number[];
  leaves: number;
  thresholds: number[];
}[];

describe('Thresholds of a regression tree on one column', () => {
  const of = (column: number[], target: number[], leaves: number, fewest?: number) =>
    treeThresholds(Float64Array.from(column), Float64Array.from(target), leaves, fewest).map(
      ({ threshold }) => threshold,
    );

  it("are those of scikit-learn's DecisionTreeRegressor", () => {
    for (const { column, target, leaves, thresholds } of cases) {
      assert.deepEqual(of(column, target, leaves), thresholds);
    }
  });

  it('lie where the target changes, between two values', () => {
    // 1 1 1 | 5 5 5: the errors fall most between 3 and 4.
    assert.deepEqual(of([1, 2, 3, 4, 5, 6], [1, 1, 1, 5, 5, 5], 2), [3.5]);
    assert.deepEqual(of([1, 2, 3, 4, 5, 6], [1, 1, 5, 5, 9, 9], 3), [2.5, 4.5]);
  });

  it('do not depend on where the target lies', () => {
    const column = Array.from({ length: 300 }, (_, i) => i);
    const target = column.map((i) => (i < 70 ? 0.1 : i < 200 ? 0.2 : 0.4));
    for (const offset of [0, 1e9]) {
      assert.deepEqual(
        of(
          column,
          target.map((value) => value + offset),
          3,
        ),
        [69.5, 199.5],
      );
    }
  });

  it('are fewer where no more help, and none where nothing does', () => {
    assert.deepEqual(of([1, 2, 3, 4], [0, 0, 7, 7], 4), [2.5]);
    assert.deepEqual(of([1, 2, 3, 4], [7, 7, 7, 7], 4), []);
    assert.deepEqual(of([2, 2, 2, 2], [1, 2, 3, 4], 4), []);
    assert.deepEqual(of([], [], 4), []);
    assert.deepEqual(of([NaN, NaN], [1, 2], 2), []);
  });

  it('leave out rows whose value or target is missing', () => {
    assert.deepEqual(of([1, NaN, 2, 3, 4, 5], [0, 9, 0, NaN, 7, 7], 2, 1), [3]);
    assert.deepEqual(of([1, 2, 3, 4], [0, Infinity, 0, 7], 2, 1), [3.5]);
  });
});
