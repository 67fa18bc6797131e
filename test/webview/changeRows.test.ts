import assert from 'node:assert/strict';
import type { CheckpointChange, UnitBrief, UnitChangeKind } from '../../src/shared/checkpointChange.js';
import { changeRows } from '../../src/webview/state/changeRows.js';
import { changeWords } from '../../src/webview/text/changeWords.js';

const brief = (unit: number, label: string | null): UnitBrief => ({
  ...{ unit, status: label === null ? 'dead' : 'explained', label, formula: null },
  ...{ iou: 0.4, floor: 0.1, precision: 1, recall: 1, fireRate: 0.5 },
});
const changed = (unit: number, kind: UnitChangeKind, size: number, before: string | null, after: string | null) => ({
  ...{ unit, kind, size, before: brief(unit, before), after: brief(unit, after) },
});
const layer = (name: string, units: ReturnType<typeof changed>[]) => ({
  ...{ name, module: name, op: 'Relu', units: 8, counts: { died: 0, woke: 0, relabelled: 0, iou: 0 }, changed: units },
});
const change: CheckpointChange = {
  layers: [
    layer('fc1', [changed(3, 'died', 3.3, 'angle high', null), changed(5, 'iou', 0.1, 'fast', 'fast')]),
    layer('fc2', [changed(3, 'relabelled', 0.6, 'left', 'angle low')]),
  ],
  resized: [],
  added: [],
  removed: [],
};
const all = { filter: '', layer: null, kind: 'all' as const };
const shown = (view: Partial<Parameters<typeof changeRows>[2]>) =>
  changeRows(change, (name) => `policy.${name}`, { ...all, ...view }).map(({ layer, unit }) => `${layer} ${unit}`);

describe('the list of changes', () => {
  it('puts what changed most first, over all layers', () => {
    assert.deepEqual(shown({}), ['fc1 3', 'fc2 3', 'fc1 5']);
  });

  it('finds labels of before and now, kinds, layers and numbers', () => {
    assert.deepEqual(shown({ filter: 'angle' }), ['fc1 3', 'fc2 3']);
    assert.deepEqual(shown({ filter: 'dead' }), ['fc1 3']);
    assert.deepEqual(shown({ filter: 'policy.fc2' }), ['fc2 3']);
    assert.deepEqual(shown({ filter: '5' }), ['fc1 5']);
    assert.deepEqual(shown({ filter: '#3 left' }), ['fc2 3']);
    assert.deepEqual(shown({ layer: 'fc1', kind: 'iou' }), ['fc1 5']);
  });

  it('is summed up in words', () => {
    assert.equal(changeWords({ died: 2, woke: 0, relabelled: 1200, iou: 0 }), '2 died, 1,200 moved to another label');
    assert.equal(changeWords({ died: 0, woke: 0, relabelled: 0, iou: 0 }), 'nothing changed');
  });
});
