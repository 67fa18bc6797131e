import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decode } from 'fast-png';
import type { StrongestMaps } from '../../../src/shared/engineApi.js';
import { formulaTokens } from '../../../src/engine/report/formulaTokens.js';
import { histogramSvg } from '../../../src/engine/report/histogram.js';
import { renderReport, strongestSamples } from '../../../src/engine/report/index.js';
import { percent } from '../../../src/engine/report/unitWords.js';
import { and, atom, dead, explanationOf, layer, neuron, not, or } from './example.js';

const extras = { title: 'policy.onnx', probe: null, version: '1.2.3' };
const textOf = (html: string) => html.replace(/<[^>]*>/g, '');

describe('Report', () => {
  const example = explanationOf(layer([neuron(0), dead(1), neuron(2, { iou: 0.1 })]));

  it('holds a row for every neuron: label, worth, fire rate', () => {
    const rows = renderReport(example, extras).match(/<div role="row" class="row.*/g)!;
    assert.deepEqual(rows.map(textOf), [
      '0angle high AND NOT moving left0.6330 %',
      '1never fires0 %',
      '2angle high AND NOT moving left · no better than chance0.1030 %',
    ]);
    assert.match(rows[0], /class="fill" y="2" width="62.5"/);
    assert.match(rows[0], /class="tick" x="12.5"/);
    assert.deepEqual(
      rows.map((row) => /class="row (\w+)"/.exec(row)![1]),
      ['explained', 'silent', 'chance'],
    );
  });

  it('is one file that asks for nothing else, and allows nothing else', () => {
    const html = renderReport(example, extras);
    assert.doesNotMatch(html, /\b(src|href)="(?!#)|url\((?!data:)|@import/);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
    assert.match(policy, /^default-src 'none';/);
    const allowed = new Set(policy.match(/sha256-[^']+/g));
    const inline = [...html.matchAll(/<(?:style|script)>(.*?)<\/(?:style|script)>/gs)].map(([, text]) => text);
    assert.equal(inline.length, 3);
    for (const text of inline) assert.ok(allowed.has(`sha256-${createHash('sha256').update(text).digest('base64')}`));
    assert.doesNotMatch(html.replace(/<script.*<\/script>/gs, ''), / style=| on\w+=/, 'the policy would refuse these');
  });

  it('names no folder, and is the same for equal explanations', () => {
    const html = renderReport(example, extras);
    assert.doesNotMatch(html, /secret project/);
    assert.equal(renderReport(structuredClone(example), { ...extras }), html);
  });

  it('shows names from files as they are, never as HTML', () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'&\u202e`;
    const unit = neuron(0, { label: hostile, formula: atom(hostile), alternatives: [{ label: hostile, iou: 0.2 }] });
    const samples = new Map([
      [2, { name: hostile, labels: [hostile], values: null, picture: { width: 1, height: 1, png: new Uint8Array(3) } }],
    ]);
    const probe = {
      choice: { kind: 'drawn' as const },
      kind: 'states' as const,
      title: hostile,
      path: null,
      samples: 100,
      columns: [hostile],
      concepts: [hostile],
      bundled: false,
      drawn: true,
      assumptions: [hostile],
    };
    const html = renderReport(explanationOf(layer([unit], { name: hostile, module: hostile, op: hostile })), {
      title: hostile,
      probe,
      version: hostile,
      samples,
    });
    assert.equal(html.match(/<script/g)!.length, 2);
    assert.equal(html.match(/<\/script/g)!.length, 2);
    assert.doesNotMatch(html, /<img|\u202e/);
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]);
    const shown = hostile.replace('\u202e', '\ufffd');
    assert.equal(data.samples[2].name, shown);
    assert.equal(data.layers[0].units[0].a[0][0], shown);
  });

  it('tells layers of the same module apart by their tensors', () => {
    const html = renderReport(explanationOf(layer([neuron(0)], { name: 'linear' }), layer([neuron(0)])), extras);
    const [navigation] = /<nav.*<\/nav>/s.exec(html)!;
    assert.deepEqual(navigation.match(/<a .*?<\/a>/g)!.map(textOf), ['policy.fc1 linear1', 'policy.fc1 relu1']);
  });

  it('is a page without layers, too', () => {
    assert.match(renderReport(explanationOf(), extras), /0 layers · 0 neurons/);
  });
});

describe('Strongest inputs', () => {
  const spatial = { shape: [1, 2, 4, 8], units: 2 };
  const grey = (sample: number) => ({
    width: 8,
    height: 4,
    rgba: new Uint8Array(128).fill(sample),
    name: '',
    path: null,
  });
  const probe = {
    samples: 3,
    view: async (sample: number) => ({ name: `picture ${sample}`, path: null, labels: ['cat'], values: null }),
    picture: async (sample: number) => grey(sample),
  };
  const top = [
    { sample: 2, position: 13, value: 3 },
    { sample: 1, position: 31, value: 2 },
  ];
  const example = explanationOf(layer([neuron(0, { top }), neuron(1, { top })], spatial));

  it('are stored once, however many neurons share them', async () => {
    const samples = await strongestSamples(example, probe);
    assert.deepEqual([...samples.keys()], [2, 1]);
    const html = renderReport(example, { ...extras, samples });
    assert.equal(html.match(/data:image\/png;base64/g)!.length, 2);
    assert.equal(html.match(/class="p s2"/g)!.length, 2);
    const png = Buffer.from(/\.s1\{background-image:url\(data:image\/png;base64,([^)]*)/.exec(html)![1], 'base64');
    assert.equal(decode(png).data[0], 1);
  });

  it('stay within their budget, the strongest first', async () => {
    const [first] = (await strongestSamples(example, probe)).values();
    const few = await strongestSamples(example, probe, { bytes: first.picture!.png.length });
    assert.deepEqual(
      [...few].map(([sample, { picture }]) => [sample, picture !== null]),
      [
        [2, true],
        [1, false],
      ],
    );
  });

  it('stop when asked to', async () => {
    await assert.rejects(strongestSamples(example, probe, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });

  it('are ringed at the place of the greatest activation', async () => {
    const html = renderReport(example, { ...extras, samples: await strongestSamples(example, probe) });
    // Place 13 of 4 × 8 is row 1, column 5; its centre in a picture of 8 × 4 pixels.
    assert.match(html, /class="p s2"[^>]*><title>[^<]*<\/title><circle cx="5.5" cy="1.5"/);
    const last = explanationOf(layer(example.layers[0].explanations, { shape: [1, 8, 4, 2], units: 2 }));
    // Channels last: 8 rows of 4, so place 13 is row 3, column 1.
    const sideways = renderReport(last, { ...extras, samples: await strongestSamples(last, probe) });
    assert.match(sideways, /class="p s2"[^>]*><title>[^<]*<\/title><circle cx="3" cy="1.8"/);
  });

  it('are outlined where their map is known', async () => {
    // A block of 2 × 2 in the top left corner of a 4 × 8 map fires, for the first input of the first neuron.
    const values = new Uint8Array(2 * 1 * 32);
    for (const place of [0, 1, 8, 9]) values[place] = 255;
    const maps: StrongestMaps = { perUnit: 1, height: 4, width: 8, values, thresholds: Float32Array.of(127.5, 127.5) };
    const samples = await strongestSamples(example, probe);
    const html = renderReport(example, { ...extras, samples, maps: new Map([['relu', maps]]) });
    const [path] = /<path d="M[^"]*z" class="o"/.exec(html)!;
    const points = path.match(/[\d.]+ [\d.]+/g)!.map((point) => point.split(' ').map(Number));
    assert.equal(Math.max(...points.map(([x]) => x)), 2);
    assert.equal(Math.max(...points.map(([, y]) => y)), 2);
  });
});

describe('Formulas as tokens', () => {
  const cases: [Parameters<typeof formulaTokens>[0], string][] = [
    [atom('sky'), 'sky'],
    [not(atom('sky')), 'NOT sky'],
    [and(or(atom('sky'), atom('water')), not(atom('boat'))), '(sky OR water) AND NOT boat'],
    [or(and(atom('a'), atom('b')), atom('c')), 'a AND b OR c'],
    [not(or(atom('a'), atom('b'))), 'NOT (a OR b)'],
    [and(atom('a'), or(and(atom('b'), atom('c')), not(not(atom('d'))))), 'a AND (b AND c OR NOT NOT d)'],
  ];
  for (const [formula, label] of cases) {
    it(`read ${label}`, () => assert.equal(textOf(formulaTokens(formula)), label));
  }
});

describe('Histograms', () => {
  const bars = (svg: string, kind: 'silent' | 'firing') => {
    const path = (kind === 'firing' ? /class="f" d="([^"]*)"/ : /<path d="([^"]*)"/).exec(svg)?.[1] ?? '';
    return [...path.matchAll(/M(\d+) 24v-([\d.]+)/g)].map(([, x, height]) => [Number(x) / 2, Number(height)]);
  };

  const edges = Array.from({ length: 49 }, (_, i) => i);
  /** 48 bins for 48 bars. */
  const counts = (filled: Record<number, number>) => Array.from({ length: 48 }, (_, i) => filled[i] ?? 0);

  it('have heights by the square root, and colour what fires', () => {
    const svg = histogramSvg(counts({ 3: 400, 5: 400, 40: 100 }), edges, 20, 1 / 9);
    assert.deepEqual(bars(svg, 'silent'), [
      [3, 24],
      [5, 24],
    ]);
    assert.deepEqual(bars(svg, 'firing'), [[40, 12]]);
  });

  it('cut off a bar that towers over all others', () => {
    const svg = histogramSvg(counts({ 0: 1e6, 10: 400, 40: 100 }), edges, 0, 500 / 1000500);
    assert.deepEqual(bars(svg, 'silent'), [[0, 24]]);
    // The second tallest is 0.6 of 24 tall, and a quarter of it half as tall.
    assert.deepEqual(bars(svg, 'firing'), [
      [10, 14.4],
      [40, 7.2],
    ]);
  });

  it('divide the bar that holds the threshold by how many fire', () => {
    // A ReLU's zeros and its small values share the first bin: of its 80, 60 are zeros.
    const svg = histogramSvg(counts({ 0: 80, 20: 80, 47: 20 }), edges, 0, 120 / 180);
    assert.deepEqual(bars(svg, 'firing'), [
      [0, 24],
      [20, 24],
      [47, 12],
    ]);
    assert.deepEqual(bars(svg, 'silent'), [[0, 18]]);
  });

  it('leave zeros grey that a wide bin shares among several bars', () => {
    // 12 bins for 48 bars: of the 80 in the lowest, 60 are zeros, that is three of its four bars.
    const wide = Array.from({ length: 13 }, (_, i) => i);
    const lowest = [80, ...Array<number>(11).fill(0)];
    const svg = histogramSvg(lowest, wide, 0, 20 / 80);
    assert.deepEqual(
      bars(svg, 'silent').map(([at]) => at),
      [0, 1, 2],
    );
    assert.deepEqual(
      bars(svg, 'firing').map(([at]) => at),
      [3],
    );
  });

  it('share bins that lie across bars by their length', () => {
    // One bin over everything: every bar is equally tall.
    assert.deepEqual(
      bars(histogramSvg([10], [0, 1], null, 0), 'silent').map(([, height]) => height),
      new Array<number>(48).fill(24),
    );
  });

  it('are one bar for a constant, and nothing without activations', () => {
    assert.equal(bars(histogramSvg([9], [2, 2], 2, 0), 'silent').length, 1);
    assert.equal(histogramSvg([], [], null, 0), '');
  });
});

describe('Fire rates', () => {
  it('read 0 % and 100 % only for none and all', () => {
    const shares = [0, 1e-9, 0.00999, 0.0512, 0.5, 0.9999, 1];
    assert.deepEqual(shares.map(percent), ['0 %', '< 0.1 %', '1.0 %', '5.1 %', '50 %', '> 99 %', '100 %']);
  });
});
