import assert from 'node:assert/strict';
import { remarkOn } from '../../../src/engine/report/unitWords.js';
import { dead, neuron } from './example.js';

const at = (value: number) => ({ top: [{ sample: 0, position: 0, value }] });
const constant = (value: number) =>
  neuron(0, { status: 'constant', label: null, formula: null, threshold: value, fireRate: 0, ...at(value) });

describe('what is said of a unit without a label', () => {
  it('tells one that is silent from one that is at its ceiling', () => {
    // A ReLU6 that is at 6 in 1 % of all places: the 0.5 % quantile is 6, and nothing is above it.
    assert.match(remarkOn({ ...dead(0), threshold: 6, ...at(6) }, 'Clip'), /^saturated: never above/);
    // A ReLU that is never above 0.
    assert.equal(remarkOn({ ...dead(0), threshold: 0, ...at(0) }, 'Relu'), 'never fires');
    // A threshold that the user set, out of reach.
    assert.equal(remarkOn({ ...dead(0), threshold: 10, ...at(6) }, 'Clip'), 'never fires');
  });

  it('tells a constant at the end of its activation function from any other', () => {
    assert.equal(remarkOn(constant(6), 'Clip'), 'saturated: always at its maximum');
    assert.equal(remarkOn(constant(1), 'Sigmoid'), 'saturated: always at its maximum');
    assert.equal(remarkOn(constant(0.25), 'Clip'), 'the same value everywhere');
    assert.equal(remarkOn(constant(6), 'Conv'), 'the same value everywhere');
  });
});
