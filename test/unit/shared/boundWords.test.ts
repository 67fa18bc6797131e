import assert from 'node:assert/strict';
import { boundWords } from '../../../src/shared/boundWords.js';

describe('how much better a label could be', () => {
  it('is said where the search was cut short, rounded up', () => {
    assert.equal(boundWords({ label: 'a', iou: 0.5, bound: 0.514 }), 'at most 0.02 better is possible');
    assert.equal(boundWords({ label: 'a', iou: 0.5, bound: 0.5001 }), 'at most 0.01 better is possible');
  });

  it('is not said of what is proven, of the beam, and without a label', () => {
    assert.equal(boundWords({ label: 'a', iou: 0.5, bound: 0.5 }), null);
    assert.equal(boundWords({ label: 'a', iou: 0.5 }), null);
    assert.equal(boundWords({ label: null, iou: 0, bound: 0.3 }), null);
  });
});
