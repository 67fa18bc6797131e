import type { Explanation, Formula, LayerExplanation, UnitExplanation } from '../../../src/shared/results.js';
import { defaultSettings } from '../../../src/shared/results.js';

export const atom = (concept: string): Formula => ({ op: 'atom', concept });
export const not = (of: Formula): Formula => ({ op: 'not', of });
export const and = (left: Formula, right: Formula): Formula => ({ op: 'and', left, right });
export const or = (left: Formula, right: Formula): Formula => ({ op: 'or', left, right });

/** A neuron that fires at 30 % of its inputs and has a label well above chance; `changes` make it another. */
export function neuron(unit: number, changes: Partial<UnitExplanation> = {}): UnitExplanation {
  return {
    unit,
    status: 'explained',
    threshold: 0,
    fireRate: 0.3,
    label: 'angle high AND NOT moving left',
    formula: and(atom('angle high'), not(atom('moving left'))),
    length: 2,
    iou: 0.625,
    precision: 0.8,
    recall: 0.75,
    floor: 0.125,
    optimal: true,
    single: { label: 'angle high', iou: 0.5 },
    alternatives: [{ label: 'angle high OR centred', iou: 0.4 }],
    histogram: { edges: [-1, 0, 1, 2], counts: [70, 20, 10] },
    top: [
      { sample: 2, position: 0, value: 1.5 },
      { sample: 0, position: 0, value: 1.25 },
    ],
    ...changes,
  };
}

const silent = { label: null, formula: null, length: 0, iou: 0, floor: 0, single: null, alternatives: [] };
export const dead = (unit: number) => neuron(unit, { ...silent, status: 'dead', fireRate: 0 });

export function layer(explanations: UnitExplanation[], changes: Partial<LayerExplanation> = {}): LayerExplanation {
  return {
    name: 'relu',
    node: 'node_relu',
    module: 'policy.fc1',
    op: 'Relu',
    units: explanations.length,
    shape: [1, explanations.length],
    explanations,
    ...changes,
  };
}

export function explanationOf(...layers: LayerExplanation[]): Explanation {
  return {
    schema: 'onnxplain/1',
    model: { path: '/home/someone/secret project/policy.onnx', sha256: 'ab'.repeat(32) },
    probe: { kind: 'states', samples: 100, positions: 100, sha256: 'cd'.repeat(32) },
    settings: defaultSettings,
    layers,
  };
}
