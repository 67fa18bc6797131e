import assert from 'node:assert/strict';
import { parseThreshold, quantilePoint, thresholdRule } from '../../../src/engine/unit/threshold.js';
import { UserError } from '../../../src/shared/userError.js';

describe('threshold', () => {
  it('is read as auto, a share or a value', () => {
    assert.deepEqual(parseThreshold('auto'), { kind: 'auto' });
    assert.deepEqual(parseThreshold('quantile:0.005'), { kind: 'quantile', q: 0.005 });
    assert.deepEqual(parseThreshold('value:-1.5e-3'), { kind: 'value', value: -0.0015 });
  });

  it('refuses the rest with what to write instead', () => {
    for (const [text, why] of [
      ['0.5', /not a rule/],
      ['median', /not a rule/],
      ['quantile:', /not a number/],
      ['quantile:five', /not a number/],
      ['value:0x10', /not a number/],
      ['value:1e999', /not a number/],
      ['quantile:0', /between 0 and 1/],
      ['quantile:1', /between 0 and 1/],
      ['quantile:99.5', /between 0 and 1/],
    ] as const) {
      assert.throws(
        () => parseThreshold(text),
        (error) => error instanceof UserError && why.test(error.message) && /quantile:0.005/.test(error.hint!),
        text,
      );
    }
  });

  it('auto is a share for layers with places, zero for the others', () => {
    const auto = parseThreshold('auto');
    assert.deepEqual(thresholdRule(auto, { height: 7, width: 7 }), { kind: 'quantile', q: 0.005 });
    assert.deepEqual(thresholdRule(auto, { height: 1, width: 1 }), { kind: 'value', value: 0 });
    const fixed = parseThreshold('value:2');
    assert.deepEqual(thresholdRule(fixed, { height: 7, width: 7 }), fixed);
  });

  it('takes Network Dissection’s knot, whatever floating point makes of 1000·(1 − q)', () => {
    // Every share of whole thousandths: knot 999 − thousandths.
    for (let thousandths = 1; thousandths < 999; thousandths++) {
      assert.equal(quantilePoint(thousandths / 1000), (999 - thousandths) / 999, `${thousandths / 1000}`);
    }
    assert.equal(quantilePoint(0.005), 994 / 999);
    assert.equal(quantilePoint(0.0055), 993 / 999); // trunc(993.5)
    assert.equal(quantilePoint(0.0001), 1 - 0.0001);
    assert.equal(quantilePoint(0.9999), 0);
  });
});
