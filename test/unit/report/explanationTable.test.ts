import assert from 'node:assert/strict';
import { explanationTable } from '../../../src/engine/report/index.js';
import { dead, explanationOf, layer, neuron } from './example.js';

describe('Table of labels', () => {
  it('aligns numbers to the right and labels to the left', () => {
    const text = explanationTable(
      explanationOf(
        layer([
          neuron(0),
          neuron(10, { label: 'centred', iou: 0.09, floor: 0.1, fireRate: 0.0004 }),
          dead(11),
          neuron(12, { label: 'a OR NOT a', fireRate: 1, iou: 1, floor: 0.99 }),
        ]),
        layer([neuron(0, { label: 'upright' })], { module: null, name: 'action', op: 'Gemm' }),
      ),
    );
    assert.equal(
      text,
      `policy.fc1 (relu): Relu, 4 neurons
neuron   IoU  chance    fires  label
     0  0.63    0.13     30 %  angle high AND NOT moving left
    10  0.09    0.10  < 0.1 %  centred  (no better than chance)
    11                    0 %  never fires
    12  1.00    0.99    100 %  a OR NOT a  (always fires)

action: Gemm, 1 neuron
neuron   IoU  chance  fires  label
     0  0.63    0.13   30 %  upright
`,
    );
  });

  it('continues long labels on the next line, between words', () => {
    const text = explanationTable(explanationOf(layer([neuron(0)])), { width: 52 });
    assert.deepEqual(text.split('\n').slice(2), [
      '     0  0.63    0.13   30 %  angle high AND NOT',
      '                             moving left',
      '',
    ]);
  });

  it('spells out control characters in names, so that they cannot write on the terminal', () => {
    const text = explanationTable(
      explanationOf(layer([neuron(0, { label: 'red\u001b[31m\nline' })], { module: 'a\u202eb' })),
    );
    assert.match(text, /red\\u001b\[31m\\u000aline/);
    assert.match(text, /a\\u202eb/);
    assert.doesNotMatch(text, /\u001b|\u202e/);
  });

  it('is empty without layers', () => {
    assert.equal(explanationTable(explanationOf()), '');
  });
});
