import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LayerRows } from '../../src/shared/panelProtocol.js';
import { indexRows, orderRows, type RowQuery, type ShowKey, type SortKey } from '../../src/webview/state/rowOrder.js';

interface Unit {
  label?: string | null;
  status?: LayerRows['status'][0];
  iou?: number;
  floor?: number;
  fires?: number;
}

function rows(units: Unit[]): LayerRows {
  return {
    layer: 'fc1',
    units: Uint32Array.from(units.keys()),
    status: units.map(({ status = 'explained' }) => status),
    labels: units.map(({ label = null }) => label),
    formulas: units.map(() => null),
    labelled: true,
    iou: Float32Array.from(units, ({ iou = 0 }) => iou),
    floor: Float32Array.from(units, ({ floor = 0 }) => floor),
    fireRate: Float32Array.from(units, ({ fires = 0.1 }) => fires),
    saturated: new Uint8Array(units.length),
    threshold: new Float32Array(units.length),
    sparks: new Uint8Array(units.length),
    sparkBins: 1,
    sparkThreshold: new Uint8Array(units.length),
    hasMaps: false,
    changes: null,
  };
}

const some = rows([
  { label: 'sky OR water', iou: 0.5, floor: 0.4 },
  { label: 'Boat', iou: 0.4, floor: 0.1, fires: 0.7 },
  { status: 'dead' },
  { label: 'sky AND NOT boat', iou: 0.2, floor: 0.2, fires: 0.999 },
  { status: 'constant', fires: 1 },
  { status: 'no-match' },
  { label: null },
]);

function found(query: Partial<RowQuery>, of = some): number[] {
  return orderRows(of, indexRows(of), { filter: '', sort: 'number', descending: false, show: 'all', ...query });
}

describe('which neurons, in which order', () => {
  it('finds by concept, in any case, by every word', () => {
    assert.deepEqual(found({ filter: 'SKY' }), [0, 3]);
    assert.deepEqual(found({ filter: 'sky boat' }), [3]);
    assert.deepEqual(found({ filter: 'tree' }), []);
  });

  it('finds by number, exactly', () => {
    const many = rows(Array.from({ length: 130 }, () => ({ label: 'sky', iou: 0.5 })));
    assert.deepEqual(found({ filter: '12' }, many), [12]);
    assert.deepEqual(found({ filter: '#129 sky' }, many), [129]);
    assert.deepEqual(found({ filter: '130' }, many), []);
  });

  it('finds by status words', () => {
    assert.deepEqual(found({ filter: 'dead' }), [2]);
    assert.deepEqual(found({ filter: 'no better than chance' }), [3]);
    assert.deepEqual(found({ filter: 'always on' }), [3, 4]);
    assert.deepEqual(found({ filter: 'no match' }), [5]);
  });

  it('shows one kind', () => {
    const kinds: Record<ShowKey, number[]> = {
      all: [0, 1, 2, 3, 4, 5, 6],
      explained: [0, 1],
      chance: [3],
      silent: [2, 4],
      other: [5, 6],
      changed: [0, 1, 2, 3, 4, 5, 6],
    };
    for (const [show, units] of Object.entries(kinds)) assert.deepEqual(found({ show: show as ShowKey }), units, show);
  });

  it('shows what changed since the former checkpoint', () => {
    const kinds = new Array<'died' | null>(7).fill(null).with(4, 'died');
    assert.deepEqual(found({ show: 'changed' }, { ...some, changes: kinds }), [4]);
  });

  it('sorts; what has no label stands last in either direction', () => {
    assert.deepEqual(found({ sort: 'iou', descending: true }), [0, 1, 3, 2, 4, 5, 6]);
    assert.deepEqual(found({ sort: 'iou', descending: false }), [3, 1, 0, 2, 4, 5, 6]);
    assert.deepEqual(found({ sort: 'lift', descending: true }), [1, 0, 3, 2, 4, 5, 6]);
    assert.deepEqual(found({ sort: 'label' }), [1, 3, 0, 2, 4, 5, 6]);
    assert.deepEqual(found({ sort: 'fires', descending: true }).slice(0, 3), [4, 3, 1]);
    assert.deepEqual(found({ sort: 'number', descending: true }), [6, 5, 4, 3, 2, 1, 0]);
  });

  it('a sorted list holds each row that fits, once', () => {
    const unit = fc.record({
      label: fc.option(fc.constantFrom('a', 'b', 'c AND d')),
      iou: fc.float({ min: 0, max: 1, noNaN: true }),
      floor: fc.float({ min: 0, max: 1, noNaN: true }),
      status: fc.constantFrom<LayerRows['status'][0]>('explained', 'dead', 'rare'),
    });
    const sort = fc.constantFrom<SortKey>('iou', 'lift', 'fires', 'number', 'label');
    fc.assert(
      fc.property(fc.array(unit), sort, fc.boolean(), (units, key, descending) => {
        const order = found({ sort: key, descending }, rows(units));
        assert.deepEqual([...order].sort((a, b) => a - b), [...units.keys()]); // prettier-ignore
      }),
    );
  });

  it('answers within 100 ms on 10,000 neurons, first and later', () => {
    const units = Array.from({ length: 10_000 }, (_, i) => ({
      label: `concept ${i % 700} AND NOT concept ${(i * 7) % 900}`,
      iou: ((i * 37) % 1000) / 1000,
      floor: 0.1,
    }));
    const many = rows(units);
    const index = indexRows(many);
    for (const sort of ['label', 'iou'] as const) {
      const start = performance.now();
      const order = orderRows(many, index, { filter: 'concept 69', sort, descending: true, show: 'explained' });
      const took = performance.now() - start;
      assert.ok(order.length > 100);
      assert.ok(took < 100, `${sort}: ${took.toFixed(0)} ms`);
    }
  });
});
