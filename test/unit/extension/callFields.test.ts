import assert from 'node:assert/strict';
import { CallFields, isThreshold } from '../../../src/extension/callFields.js';
import { defaultSettings } from '../../../src/shared/results.js';

const fields = (params: unknown) => new CallFields(params, 'call');

describe('what a page sends', () => {
  it('is refused where it is not what the protocol says', () => {
    for (const params of [null, 'text', 7, [1], undefined])
      assert.throws(() => fields(params), { code: 'panel/bad-call' });
    for (const layer of [7, null, {}, 'x'.repeat(20_000)])
      assert.throws(() => fields({ layer }).text('layer'), /layer is not a text/);
    for (const unit of [-1, 1.5, NaN, '3', null]) assert.throws(() => fields({ unit }).index('unit'), /whole number/);
    assert.throws(() => fields({ layers: ['a', 1] }).texts('layers'), /list of texts/);
    assert.throws(() => fields({ bytes: new Uint8Array(9) }).bytes('bytes', 8), /bytes/);
    assert.throws(() => fields({ bytes: [1, 2] }).bytes('bytes', 8), /bytes/);
    assert.throws(() => fields({ probe: { kind: 'file' } }).probeOrNull('probe'), /probe set/);
    assert.throws(() => fields({ input: { kind: 'url', path: 'x' } }).mapInput('input'), /sample or a file/);
    assert.throws(() => fields({ settings: { ...defaultSettings, search: 'all' } }).settingsOrNull('settings'));
    assert.throws(() =>
      fields({ settings: { ...defaultSettings, threshold: 'quantile:2' } }).settingsOrNull('settings'),
    );
  });

  it('loses what nobody asked for', () => {
    const probe = fields({ probe: { kind: 'data', path: '/a.csv', more: 1 } }).probeOrNull('probe');
    assert.deepEqual(probe, { kind: 'data', path: '/a.csv' });
    assert.deepEqual(fields({ settings: { ...defaultSettings, more: 1 } }).settingsOrNull('settings'), defaultSettings);
  });

  it('may leave things as they are', () => {
    assert.equal(fields({}).probeOrNull('probe'), null);
    assert.equal(fields({ layers: null }).textsOrNull('layers'), null);
    assert.equal(fields({ class: null }).indexOrNull('class'), null);
  });

  it('has thresholds as the command line writes them', () => {
    for (const good of ['auto', 'quantile:0.005', 'value:0', 'value:-1.5e-3']) assert.ok(isThreshold(good), good);
    for (const bad of ['', 'quantile:0', 'quantile:1', 'value:', 'value:x', 'value:Infinity', 'auto:1', '0.5'])
      assert.ok(!isThreshold(bad), bad);
  });
});
