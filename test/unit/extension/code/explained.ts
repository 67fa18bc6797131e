import { addLabels, type LayerResults, withStatistics } from '../../../../src/extension/layerResults.js';
import type { KnownModel } from '../../../../src/extension/code/knownModel.js';
import type { Layer } from '../../../../src/shared/model.js';
import type { UnitExplanation } from '../../../../src/shared/results.js';

/** A layer as a structure has it: 1 × 4 unless it says otherwise. */
export const layer = (name: string, change: Partial<Layer> = {}): Layer => ({
  ...{ name, node: `/${name}`, op: 'Relu', module: name, source: null },
  ...{ shape: ['batch', 4], units: 4, unitAxis: 1, parameters: 0 },
  ...change,
});

/** A unit that fires above 0 at half of ten positions. */
export const unit = (number: number, change: Partial<UnitExplanation> = {}): UnitExplanation => ({
  ...{ unit: number, status: 'explained', threshold: 0, fireRate: 0.5, label: 'left', formula: null, length: 1 },
  ...{ iou: 0.4, floor: 0.1, precision: 1, recall: 0.4, optimal: false, single: null, alternatives: [] },
  ...{ histogram: { edges: [-1, 0, 1], counts: [5, 5] }, top: [{ sample: 3, position: 0, value: 1 }] },
  ...change,
});

export const silent = (number: number, status: 'dead' | 'constant'): UnitExplanation =>
  unit(number, { status, label: null, iou: 0, floor: 0, fireRate: status === 'dead' ? 0 : 1, top: [] });

export function explained(of: Layer, explanations: UnitExplanation[]): LayerResults {
  const results = withStatistics({ layer: of, shape: [1, 4], explanations, maps: null });
  addLabels(results, explanations);
  return results;
}

export function known(layers: Layer[], results: LayerResults[], change: Partial<KnownModel> = {}): KnownModel {
  return {
    model: '/home/ada/net.onnx',
    structure: { schema: 'onnxplain/1', inputs: [], outputs: [], opset: 20, producer: '', parameters: 0, layers },
    layers: new Map(layers.map((of) => [of.name, of])),
    results: new Map(results.map((of) => [of.layer.name, of])),
    revision: 0,
    stale: false,
    change: null,
    ...change,
  };
}
