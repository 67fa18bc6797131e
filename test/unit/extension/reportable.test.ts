import assert from 'node:assert/strict';
import { ModelResults } from '../../../src/extension/modelResults.js';
import { reportable } from '../../../src/extension/reportable.js';
import type { LayerStatistics } from '../../../src/shared/engineApi.js';
import { defaultSettings, type UnitExplanation } from '../../../src/shared/results.js';

const unit = (number: number, label: string | null = null): UnitExplanation => ({
  ...{ unit: number, status: 'explained', threshold: 0, fireRate: 0.5, label, formula: null, length: 1, iou: 0.5 },
  ...{ precision: 1, recall: 0.5, floor: 0.1, optimal: false, single: null, alternatives: [] },
  ...{ histogram: { edges: [0, 1], counts: [4] }, top: [] },
});

/** A layer of three units whose one map each is a single place, holding its unit's number. */
const layer = (name: string): LayerStatistics => ({
  layer: {
    ...{ name, node: name, op: 'Relu', module: null, source: null, shape: [1, 3, 1, 1], units: 3 },
    ...{ unitAxis: 1, parameters: 0 },
  },
  shape: [1, 3, 1, 1],
  explanations: [unit(0), unit(1), unit(2)],
  maps: { perUnit: 1, height: 1, width: 1, values: Uint8Array.of(0, 1, 2), thresholds: Float32Array.of(0, 10, 20) },
});

function stopped(): ModelResults {
  const results = new ModelResults();
  const choice = { kind: 'drawn' } as const;
  const probe = { choice, kind: 'states', title: 'states', path: null, samples: 4, columns: ['x'] } as const;
  results.apply({
    type: 'probe',
    probe: { ...probe, columns: ['x'], concepts: [], bundled: false, drawn: true, assumptions: [] },
  });
  for (const name of ['first', 'second', 'third']) results.apply({ type: 'statistics', layer: layer(name) });
  return results;
}

describe('what a report is written of', () => {
  it('is what there is of work that was stopped, and says so', () => {
    const results = stopped();
    results.apply({ type: 'labels', layer: 'first', explanations: [unit(0, 'a'), unit(1, 'b'), unit(2, 'c')] });
    results.apply({ type: 'labels', layer: 'second', explanations: [unit(2, 'd')] });
    const { explanation, maps, unfinished } = reportable(results, 'm.onnx', defaultSettings, 5);
    assert.deepEqual(
      explanation.layers.map(({ name, explanations }) => [name, ...explanations.map(({ label }) => label)]),
      [
        ['first', 'a', 'b', 'c'],
        ['second', 'd'],
      ],
    );
    assert.deepEqual([...maps[1].maps.values], [2], 'the map stays with its unit');
    assert.deepEqual([...maps[1].maps.thresholds], [20]);
    assert.match(unfinished!, /1 of 5 layers/);
  });

  it('is nothing while no neuron has a label', () => {
    assert.throws(() => reportable(stopped(), 'm.onnx', defaultSettings, 5), /nothing to report yet/);
  });
});
