import assert from 'node:assert/strict';
import { escaped, hoverText } from '../../../../src/extension/code/hoverText.js';
import { addLabels } from '../../../../src/extension/layerResults.js';
import { checkpointChange } from '../../../../src/shared/checkpointChange.js';
import { explained, known, layer, silent, unit } from './explained.js';

const place = (...tensors: string[]) => ({ tensors, certainty: 'exact' as const });
const fc1 = layer('fc1', { op: 'Gemm', parameters: 1320, explainedAs: 'act1' });
const act1 = layer('act1');

describe('what a hover says', () => {
  it('operator, neurons, shape and parameters before anything was explained, and how to explain it', () => {
    const text = hoverText(place('fc1'), known([fc1], []), 'dark')!;
    assert.match(text, /^\*\*fc1\*\* · Gemm · 4 neurons · batch × 4 · 1,320 parameters\n/);
    assert.match(text, /\[Explain neurons\]\(command:onnxplain\.explainLinked\?/);
    assert.match(text, /matched to net\\\.onnx$/);
    assert.doesNotMatch(text, /labelled/);
  });

  it('the neurons’ standing, the strongest labels with their worth, and a picture', () => {
    const units = [unit(0), unit(1, { label: 'high', iou: 0.8 }), silent(2, 'dead'), unit(3, { iou: 0.1 })];
    const text = hoverText(place('act1'), known([act1], [explained(act1, units)]), 'light')!;
    assert.match(text, /\n4 neurons, 1 dead, 2 labelled, 1 no better than chance\n/);
    const [first, second] = text.split('\n').filter((line) => line.startsWith('- '));
    assert.match(first, /^- high · IoU 0\.80 \(chance 0\.10\) · \[neuron 1\]\(command:onnxplain\.showLayer\?/);
    assert.match(second, /^- left · IoU 0\.40/);
    const svg = /data:image\/svg\+xml;base64,([^|]+)\|width=200/.exec(text)![1];
    const picture = Buffer.from(svg, 'base64').toString();
    assert.match(picture, /^<svg xmlns=.*<\/svg>$/);
    const numbers = [...picture.matchAll(/<text x="([\d.]+)"[^>]*>([^<]*)</g)].map(([, x, number]) => [
      Number(x),
      number,
    ]);
    assert.deepEqual(numbers, [[0, '−1'], [100, '0'], [200, '1']], 'the range under its ends, 0 between them'); // prettier-ignore
    assert.doesNotMatch(text, /Explain neurons/, 'it is explained');
  });

  it('the better label, where one follows a first one', () => {
    const results = explained(act1, [unit(0)]);
    assert.match(hoverText(place('act1'), known([act1], [results]), 'dark')!, /- left · IoU 0\.40/);
    addLabels(results, [unit(0, { label: 'high', iou: 0.9 })]);
    assert.match(hoverText(place('act1'), known([act1], [results]), 'dark')!, /- high · IoU 0\.90/);
  });

  it('what the activation behind a layer has learned, and that it is the activation’s', () => {
    const text = hoverText(place('fc1'), known([fc1, act1], [explained(act1, [unit(0)])]), 'dark')!;
    assert.match(text, /\nBehind act1: 1 neuron, 1 labelled\n/);
    assert.match(text, /%22layer%22%3A%22act1%22%2C%22unit%22%3A0/, 'its neurons are the activation’s');
  });

  it('what changed since the former checkpoint', () => {
    const before = { ...act1, units: 2, explanations: [unit(0), unit(1, { label: 'high' })] };
    const after = { ...act1, units: 2, explanations: [silent(0, 'dead'), unit(1, { label: 'low', iou: 0.3 })] };
    const change = checkpointChange({ layers: [before] }, { layers: [after] });
    const text = hoverText(place('act1'), known([act1], [explained(act1, after.explanations)], { change }), 'dark')!;
    assert.match(text, /Since the former checkpoint: 1 died, 1 moved to another label/);
    assert.match(text, /- neuron 0: left 0\.40 → dead\n- neuron 1: high 0\.40 → low 0\.30/);
  });

  it('that labels are from before, where the model was written since', () => {
    const text = hoverText(place('act1'), known([act1], [explained(act1, [unit(0)])], { stale: true }), 'dark')!;
    assert.match(text, /before the model was last written/);
    assert.match(text, /\[Explain again\]/);
  });

  it('all layers that a name stands for, the first eight by name', () => {
    const layers = Array.from({ length: 10 }, (_, i) => layer(`t${i}`, { module: `layer${i}.conv1` }));
    const text = hoverText({ tensors: layers.map(({ name }) => name), certainty: 'order' }, known(layers, []), 'dark')!;
    assert.match(text, /^10 layers\n/);
    const list = text.split('\n').filter((line) => line.startsWith('- '));
    assert.equal(list.length, 9);
    assert.match(list[0], /^- \[layer0\\\.conv1\]\(command:/);
    assert.equal(list[8], '- and 2 more');
    assert.match(text, /by order and shape alone$/);
  });

  it('each call of a module that is called several times', () => {
    const calls = ['elu', 'elu_1'].map((name) => layer(name, { module: 'act', op: 'Elu' }));
    const text = hoverText(place('elu', 'elu_1'), known(calls, [explained(calls[1], [unit(0)])]), 'dark')!;
    const [title, , ...list] = text.split('\n');
    assert.equal(title, '**act** · Elu · 4 neurons · batch × 4 · 2 calls');
    assert.match(list[0], /^- \[call 1\]\(command:onnxplain\.showLayer\?[^)]*%22layer%22%3A%22elu%22[^)]*\)$/);
    assert.match(list[1], /^- \[call 2\]\([^)]*%22elu_1%22[^)]*\) · 1 neuron, 1 labelled · left IoU 0\.40$/);
  });

  it('each operator of a module that is several', () => {
    const parts = [
      layer('qkv', { module: 'mha', op: 'MatMul' }),
      layer('out', { module: 'mha', op: 'Gemm', units: 8 }),
    ];
    const lines = hoverText(place('qkv', 'out'), known(parts, []), 'dark')!.split('\n');
    assert.equal(lines[0], '**mha** · 2 layers');
    assert.match(lines[2], /^- \[MatMul\]\([^)]*%22qkv%22[^)]*\) · 4 neurons · batch × 4$/);
    assert.match(lines[3], /^- \[Gemm\]\([^)]*%22out%22[^)]*\) · 8 neurons · batch × 4$/);
  });

  it('nothing where the model has no such layer', () => {
    assert.equal(hoverText(place('gone'), known([fc1], []), 'dark'), null);
  });

  it('names from files are text, whatever is in them', () => {
    const name = '[x](command:evil) <img src=x> **b** \u202e\n# `c`';
    assert.equal(escaped('a.b'), 'a\\.b');
    const text = hoverText(place('t'), known([layer('t', { module: name })], []), 'dark')!;
    assert.doesNotMatch(text, /(?<!\\)\[x|(?<!\\)<img|\u202e|\n#/);
    assert.equal(text.match(/\]\(command:/g)!.length, 2, 'its own links alone');
  });
});
