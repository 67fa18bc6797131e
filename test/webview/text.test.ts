import assert from 'node:assert/strict';
import type { Layer } from '../../src/shared/model.js';
import { layerTitles } from '../../src/webview/text/layerTitles.js';
import { visible } from '../../src/webview/text/names.js';
import { amount, count, counted, duration, percent, score, signed } from '../../src/webview/text/numbers.js';

const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u2212', '-');

describe('numbers as text', () => {
  const cases: [string, string, string][] = [
    ['count', count(9155), '9,155'],
    ['counted', counted(1, 'layer'), '1 layer'],
    ['counted', counted(3, 'layer'), '3 layers'],
    ['percent', percent(0.415), '42 %'],
    ['percent, small', percent(0.0042), '0.4 %'],
    ['percent, tiny', percent(0.0002), '<0.1 %'],
    ['percent, nearly all', percent(0.9981), '>99 %'],
    ['percent, all', percent(1), '100 %'],
    ['percent, none', percent(0), '0 %'],
    ['score', score(0.6249), '0.62'],
    ['score, none', score(NaN), '–'],
    ['amount', amount(-1.4172), '-1.42'],
    ['amount, large', amount(12_437), '12,437'],
    ['amount, huge', amount(3.2e9), '3.2e9'],
    ['amount, tiny', amount(-3.1e-7), '-3.1e-7'],
    ['signed', signed(0.82), '+0.82'],
    ['duration', duration(380.4), '380 ms'],
    ['duration', duration(2449), '2.4 s'],
    ['duration', duration(192_000), '3 min 12 s'],
  ];
  for (const [what, text, wanted] of cases) it(`${what}: ${wanted}`, () => assert.equal(plain(text), wanted));
});

describe('names from files', () => {
  it('shows what else would hide, turn or break the line', () => {
    assert.equal(visible('a\nb\u0007'), 'a␊b␇');
    assert.equal(visible('\u202egnp.exe'), '⟨U+202E⟩gnp.exe');
    assert.equal(visible('zero\u200bwidth'), 'zero⟨U+200B⟩width');
  });

  it('leaves words of any language alone', () => {
    for (const name of ['Fußgänger', '信号', 'مرحبا', '🦆 duck', 'a – b']) assert.equal(visible(name), name);
  });
});

describe('names of layers', () => {
  const layer = (name: string, op: string, node = '', module: string | null = null): Layer => ({
    name, op, node, module, source: null, shape: null, units: null, unitAxis: null, parameters: 0,
  }); // prettier-ignore

  it('takes the module path, then the node, then the tensor', () => {
    const titles = layerTitles([
      layer('t1', 'Conv', '/c', 'layer1.conv'),
      layer('t2', 'Conv', '/d'),
      layer('t3', 'Relu'),
    ]);
    assert.deepEqual([...titles.values()], ['layer1.conv', '/d', 't3']);
  });

  it('tells layers of one module apart', () => {
    const titles = layerTitles([
      layer('t1', 'Conv', '', 'block'),
      layer('t2', 'Relu', '', 'block'),
      layer('t3', 'Relu', '', 'block'),
    ]);
    assert.deepEqual([...titles.values()], ['block · Conv', 'block · t2', 'block · t3']);
  });
});
