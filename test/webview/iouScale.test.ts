import assert from 'node:assert/strict';
import fc from 'fast-check';
import { iouEnd } from '../../src/webview/charts/iouScale.js';
import { indexRows } from '../../src/webview/state/rowOrder.js';
import type { LayerRows } from '../../src/shared/panelProtocol.js';

describe('where IoU bars end', () => {
  const cases: [number[], number][] = [
    [[], 0.1],
    [[0.02, 0.08], 0.1],
    [[0.1], 0.1],
    [[Math.fround(0.1)], 0.1],
    [[0.101], 0.2],
    [[0.04, 0.31], 0.5],
    [[0.5001], 1],
    [[1, NaN], 1],
  ];
  for (const [values, end] of cases) it(`[${values.join(', ')}]: ${end}`, () => assert.equal(iouEnd(values), end));

  it('is the smallest that holds them all', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
        const end = iouEnd(values);
        assert.ok(values.every((value) => value <= Math.fround(end)));
        const smaller = [0.1, 0.2, 0.5].filter((other) => other < end);
        assert.ok(smaller.every((other) => values.some((value) => value > Math.fround(other))));
      }),
    );
  });

  it('counts the floors of a layer, and no unit without a label', () => {
    const rows = (
      iou: number[],
      floor: number[],
      labels: (string | null)[],
      status: LayerRows['status'],
    ): LayerRows => ({
      layer: 'conv',
      units: Uint32Array.from(iou, (_, i) => i),
      status,
      labels,
      formulas: labels.map(() => null),
      labelled: true,
      iou: Float32Array.from(iou),
      floor: Float32Array.from(floor),
      fireRate: Float32Array.from(iou, () => 0.1),
      saturated: new Uint8Array(iou.length),
      threshold: Float32Array.from(iou, () => 0),
      sparks: new Uint8Array(0),
      sparkBins: 0,
      sparkThreshold: new Uint8Array(iou.length),
      hasMaps: false,
      changes: null,
    });
    const shown: LayerRows['status'] = ['explained', 'explained'];
    assert.equal(indexRows(rows([0.05, 0.08], [0.01, 0.15], ['sky', 'sea'], shown)).iouEnd, 0.2);
    assert.equal(indexRows(rows([0.05, 0.8], [0.01, 0.9], ['sky', null], ['explained', 'rare'])).iouEnd, 0.1);
  });
});
