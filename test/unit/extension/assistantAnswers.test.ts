import assert from 'node:assert/strict';
import { layersAnswer, neuronsAnswer } from '../../../src/extension/assistant/answers.js';
import { addLabels, withStatistics } from '../../../src/extension/layerResults.js';
import type { Layer, ModelStructure } from '../../../src/shared/model.js';
import type { UnitExplanation } from '../../../src/shared/results.js';

const layer = (name: string, module: string | null): Layer => ({
  ...{ name, node: `/${name}`, op: 'Relu', module, source: { file: 'train.py', line: 7 } },
  ...{ shape: [1, 3], units: 3, unitAxis: 1, parameters: 0 },
});
const unit = (number: number, label: string | null, iou: number): UnitExplanation => ({
  ...{
    unit: number,
    status: label === null ? 'dead' : 'explained',
    threshold: 0,
    fireRate: 1 / 3,
    label,
    formula: null,
  },
  ...{ length: 1, iou, precision: 1, recall: iou, floor: 0.1, optimal: false, single: null, alternatives: [] },
  ...{ histogram: { edges: [0, 1], counts: [4] }, top: [] },
});

const layers = [layer('relu', 'act1'), layer('relu_1', 'act2'), layer('relu_2', 'act2')];
const structure: ModelStructure = {
  ...{ schema: 'onnxplain/1', inputs: [], outputs: [], opset: 20, producer: 'pytorch', parameters: 9, layers },
};
const results = layers.slice(0, 2).map((of) => {
  const explanations = [unit(0, 'left', 0.3), unit(1, null, 0), unit(2, 'high', 0.81234)];
  const made = withStatistics({ layer: of, shape: [1, 3], explanations, maps: null });
  addLabels(made, explanations);
  return made;
});
const known = { layers: new Map(results.map((of) => [of.layer.name, of])), probe: null, change: null };

describe('what assistants are told', () => {
  it('lists layers by their names in code, with what is known of them', () => {
    const answer = layersAnswer('/m.onnx', structure, known, 'act1') as { layers: object[] };
    assert.deepEqual(answer.layers, [
      {
        ...{ name: 'relu', module: 'act1', op: 'Relu', shape: [1, 3], neurons: 3, parameters: 0, source: 'train.py:7' },
        explained: { neurons: 3, labelled: 2, atChance: 0, dead: 1, constant: 0 },
      },
    ]);
  });

  it('says that a model is not explained yet', () => {
    const answer = layersAnswer('/m.onnx', structure, { ...known, layers: new Map() });
    assert.match((answer as { note: string }).note, /explain_onnx_neurons/);
  });

  it('gives the best labels of a layer first, with their worth', () => {
    const answer = neuronsAnswer('/m.onnx', known, { layer: 'act1', units: null, limit: 2 });
    assert.deepEqual((answer as { neurons: object[] }).neurons, [
      { neuron: 2, label: 'high', iou: 0.812, chance: 0.1, precision: 1, recall: 0.812, fireRate: 0.333 },
      { neuron: 0, label: 'left', iou: 0.3, chance: 0.1, precision: 1, recall: 0.3, fireRate: 0.333 },
    ]);
    assert.match((answer as { note: string }).note, /^1 more/);
  });

  it('gives the neurons that were asked for', () => {
    const answer = neuronsAnswer('/m.onnx', known, { layer: '/relu', units: [1], limit: 20 });
    assert.deepEqual((answer as { neurons: object[] }).neurons, [{ neuron: 1, status: 'dead', fireRate: 0.333 }]);
  });

  it('names what is there when a name fits nothing, or several', () => {
    assert.throws(() => neuronsAnswer('/m.onnx', known, { layer: 'act9', units: null, limit: 2 }), {
      message: 'no layer "act9" was explained',
      hint: 'there are relu (act1), relu_1 (act2)',
    });
    const twice = new Map(
      [...known.layers].map(([name, of]) => [name, { ...of, layer: { ...of.layer, module: 'm' } }]),
    );
    assert.throws(() => neuronsAnswer('/m.onnx', { ...known, layers: twice }, { layer: 'm', units: null, limit: 2 }), {
      hint: "use the tensor's name: relu (m), relu_1 (m)",
    });
    assert.throws(() => neuronsAnswer('/m.onnx', known, { layer: 'act1', units: [3], limit: 2 }), {
      hint: 'its neurons are 0 to 2',
    });
  });
});
