import assert from 'node:assert/strict';
import path from 'node:path';
import { readModel, standIns } from '../../../src/engine/onnx/index.js';

const sample = (name: string) => path.join('media/sample', name, `${name}.onnx`);

describe('which layer stands for another one', () => {
  it('an activation for the linear layer before it', async () => {
    // Both heads: fc1 → act1 → fc2 → act2 → action; the last ones have no activation and stand for themselves.
    assert.deepEqual(Object.fromEntries(standIns(await readModel(sample('policy')))), {
      ...{ linear: 'relu', linear_1: 'relu_1', linear_3: 'relu_2', linear_4: 'relu_3' },
    });
  });

  it('but not one behind a sum: its units are another layer’s', async () => {
    const found = standIns(await readModel(sample('fashion')));
    assert.equal(found.get('getitem_3'), 'relu_1', 'conv1, bn1, relu1');
    assert.equal(found.get('getitem_6'), undefined, 'conv2, bn2, then the sum');
  });
});
