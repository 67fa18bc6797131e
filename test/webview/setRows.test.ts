import assert from 'node:assert/strict';
import type { EvaluationRow } from '../../src/shared/evaluation.js';
import { judgedRows } from '../../src/webview/state/evaluationRows.js';
import { regionSums, shareRows } from '../../src/webview/state/shareRows.js';

const row = (
  method: string,
  layer: string | null,
  deletion: number | null,
  insertion: number | null,
): EvaluationRow => ({
  ...{ method, layer, problem: null },
  values: { deletion, insertion },
  samples: { deletion: 2, insertion: 2 },
});
const titles = { method: (name: string) => name, layer: (name: string) => name };

describe('the worth of maps as a table', () => {
  const table = {
    rows: [
      row('gradcam', 'a', 0.2, 0.9),
      row('gradcam', 'b', 0.5, null),
      row('fullgrad', null, 0.4, 0.3),
      row('randomcam', 'a', 0.4, 0.5),
      row('randomcam', 'b', 0.3, 0.7),
    ],
    metrics: ['deletion' as const, 'insertion' as const],
    samples: 2,
  };
  const column = (at: number) => judgedRows(table, null, titles).map(({ cells }) => cells[at]);

  it('says by how much each is better than chance on its layer; of the whole model, than the mean of chances', () => {
    // Deletion, lower is better: 0.4 - 0.2, 0.3 - 0.5, 0.35 - 0.4; the largest difference is 0.2.
    const advantages = column(0).map(({ advantage }) => Number(advantage!.toFixed(6)));
    assert.deepEqual(advantages, [1, -1, -0.25, 0, 0]);
    // Insertion, higher is better: 0.9 - 0.5, none, 0.3 - 0.6.
    const other = column(1).map(({ advantage }) => (advantage === null ? null : Number(advantage.toFixed(6))));
    assert.deepEqual(other, [1, null, -0.75, 0, 0]);
  });

  it('knows the best of each column, the control aside', () => {
    assert.deepEqual(column(0).map(({ isBest }) => isBest), [true, false, false, false, false]); // prettier-ignore
  });

  it('sorts what was not measured to the end, either way', () => {
    for (const descending of [true, false]) {
      const rows = judgedRows(table, { column: 'insertion', descending }, titles);
      assert.equal(rows.at(-1)!.cells[1].value, null);
    }
  });
});

describe('shares of an input', () => {
  it('come by size or in their order, groups first with their sums', () => {
    const names = (at: number) => ['x', 'y', 'z'][at];
    const rows = shareRows([0.1, -0.4, 0.2], names, 'size', { groups: [['x', 'z']] });
    assert.deepEqual(
      rows.map(({ name, value }) => [name, Number(value.toFixed(6))]),
      [['x + z', 0.3], ['y', -0.4], ['z', 0.2], ['x', 0.1]], // prettier-ignore
    );
    assert.deepEqual(shareRows([0.1, -0.4, 0.2], names, 'order').map(({ at }) => at), [0, 1, 2]); // prettier-ignore
  });

  it('of a map are summed over fields that differ by a row or column where it can’t be divided', () => {
    // 3 × 3 in 2 × 2 fields: the first takes two rows and columns, as 1 · 2 / 3 is below 1.
    const sums = regionSums([1, 2, 3, 4, 5, 6, 7, 8, 9], { height: 3, width: 3 }, 2);
    assert.deepEqual([...sums], [1 + 2 + 4 + 5, 3 + 6, 7 + 8, 9]);
  });
});
