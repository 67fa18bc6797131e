import assert from 'node:assert/strict';
import {
  checkpointChange,
  type ComparedExplanation,
  type UnitBrief,
  unitChange,
} from '../../../src/shared/checkpointChange.js';
import type { Formula } from '../../../src/shared/results.js';

const atom = (concept: string): Formula => ({ op: 'atom', concept });
const and = (left: Formula, right: Formula): Formula => ({ op: 'and', left, right });

const labelled = (unit: number, label: string, iou: number, formula: Formula | null = null): UnitBrief => ({
  unit,
  status: 'explained',
  label,
  formula,
  iou,
  floor: 0.1,
  precision: 0.5,
  recall: 0.5,
  fireRate: 0.3,
});
const dead = (unit: number): UnitBrief => ({
  ...labelled(unit, '', 0),
  status: 'dead',
  label: null,
  floor: 0,
  fireRate: 0,
});
const layer = (
  module: string | null,
  explanations: UnitBrief[],
  { name = module ?? 'relu_1', units = explanations.length } = {},
) => ({ name, module, op: 'Relu', units, explanations });
const explanation = (...layers: ComparedExplanation['layers']): ComparedExplanation => ({ layers });

describe('what changed between two checkpoints', () => {
  it('names the units that died, woke, moved to another label, and whose label is worth more', () => {
    const change = checkpointChange(
      explanation(
        layer('fc1', [labelled(0, 'left', 0.4), dead(1), labelled(2, 'left', 0.4), labelled(3, 'high', 0.5), dead(4)]),
      ),
      explanation(
        layer('fc1', [dead(0), labelled(1, 'right', 0.3), labelled(2, 'fast', 0.6), labelled(3, 'high', 0.7), dead(4)]),
      ),
    );
    const [fc1] = change.layers;
    assert.deepEqual(fc1.counts, { died: 1, woke: 1, relabelled: 1, iou: 1 });
    assert.equal(fc1.units, 5);
    // Those that died or woke first, the one with the better label before the other; then labels by what they are worth above
    // chance (0.1): 0.3 lost and 0.5 gained for unit 2, 0.2 gained for unit 3.
    assert.deepEqual(
      fc1.changed.map(({ unit, kind }) => `${unit} ${kind}`),
      ['0 died', '1 woke', '2 relabelled', '3 iou'],
    );
    const [, , moved, better] = fc1.changed;
    assert.equal(moved.size.toFixed(3), '0.800');
    assert.equal(better.size.toFixed(3), '0.200');
    assert.deepEqual(
      [moved.before.label, moved.before.iou, moved.after.label, moved.after.iou],
      ['left', 0.4, 'fast', 0.6],
    );
  });

  it('of the same checkpoint is nothing', () => {
    const same = explanation(
      layer('fc1', [labelled(0, 'left', 0.4), dead(1)]),
      layer(null, [labelled(0, 'high', 0.2)]),
    );
    const change = checkpointChange(same, structuredClone(same));
    assert.deepEqual(
      change.layers.map(({ changed }) => changed),
      [[], []],
    );
    assert.deepEqual([change.added, change.removed, change.resized], [[], [], []]);
  });

  it('does not count a label that is written the other way round', () => {
    const one = and(atom('left'), and(atom('high'), { op: 'not', of: atom('fast') }));
    const other = and(and({ op: 'not', of: atom('fast') }, atom('left')), atom('high'));
    assert.equal(
      unitChange(labelled(0, 'left AND high AND NOT fast', 0.4, one), labelled(0, 'other', 0.4, other)),
      null,
    );
    const or: Formula = { op: 'or', left: atom('left'), right: atom('high') };
    assert.equal(
      unitChange(labelled(0, 'left AND high', 0.4, and(atom('left'), atom('high'))), labelled(0, 'b', 0.4, or))?.kind,
      'relabelled',
    );
  });

  it('takes labels at the chance floor for no labels', () => {
    const chance = (label: string): UnitBrief => ({ ...labelled(0, label, 0.1), floor: 0.1 });
    assert.equal(unitChange(chance('left'), chance('right')), null);
    assert.equal(unitChange(chance('left'), labelled(0, 'right', 0.3))?.kind, 'relabelled');
    assert.equal(unitChange(labelled(0, 'left', 0.3), chance('left'))?.kind, 'relabelled');
  });

  it('leaves out differences that two decimals do not show', () => {
    assert.equal(unitChange(labelled(0, 'left', 0.4), labelled(0, 'left', 0.4049)), null);
    assert.equal(unitChange(labelled(0, 'left', 0.4), labelled(0, 'left', 0.41))?.kind, 'iou');
  });

  it('counts a dead unit that is constant now as still silent', () => {
    assert.equal(unitChange(dead(0), { ...dead(0), status: 'constant', fireRate: 1 }), null);
  });

  it('finds a layer again whose tensor the exporter named anew', () => {
    const change = checkpointChange(
      explanation(layer('block.act', [dead(0)], { name: 'relu_3' }), layer('block.act', [dead(0)], { name: 'relu_4' })),
      explanation(
        layer('block.act', [dead(0)], { name: 'relu_5' }),
        layer('block.act', [labelled(0, 'a', 0.4)], { name: 'relu_6' }),
      ),
    );
    assert.deepEqual(
      change.layers.map(({ name, counts }) => [name, counts.woke]),
      [
        ['relu_5', 0],
        ['relu_6', 1],
      ],
    );
  });

  it('compares no units of a layer that was made wider, and says which layers came and went', () => {
    const change = checkpointChange(
      explanation(layer('fc1', [dead(0), dead(1)]), layer('old', [dead(0)])),
      explanation(layer('fc1', [dead(0), dead(1), dead(2)]), layer('new', [dead(0)])),
    );
    assert.deepEqual(change.resized, [{ name: 'fc1', module: 'fc1', before: 2, after: 3 }]);
    assert.deepEqual([change.layers, change.added, change.removed], [[], ['new'], ['old']]);
  });

  it('compares those units that both explanations have', () => {
    const [fc1] = checkpointChange(
      explanation(layer('fc1', [dead(0), dead(7)], { units: 8 })),
      explanation(layer('fc1', [labelled(3, 'a', 0.4), labelled(7, 'a', 0.4)], { units: 8 })),
    ).layers;
    assert.deepEqual([fc1.units, fc1.changed.map(({ unit }) => unit)], [1, [7]]);
  });
});
