import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import type { Explanation } from '../../../src/shared/results.js';
import { onnxplain } from '../../support/commandLine.js';
import { npy } from '../../support/npyFile.js';
import { testFolder } from '../probe/folder.js';
import { activations, rows, writeSmallNetwork } from './smallNetwork.js';

describe('onnxplain explain --activations', function () {
  this.timeout(30_000);
  const folder = testFolder();
  let model = '';
  let probe = '';
  before(() => {
    ({ model, probe } = writeSmallNetwork(folder.path('net')));
  });

  const run = (...args: string[]) => onnxplain(['explain', ...args, '--json', '-', '--quiet']);
  async function json(...args: string[]): Promise<Explanation> {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout) as Explanation;
  }

  it('gives what running the model gives, from any of the types and containers that are read', async () => {
    const ran = await json(model, '--probe', probe, '--layer', 'relu');
    const values = activations.flat();
    const f4 = npy('<f4', [10, 6], Float32Array.from(values));
    const files = [
      folder.write('a.npy', f4),
      folder.write('double.npy', npy('<f8', [10, 6], Float64Array.from(values))),
      `${folder.write('a.npz', zipSync({ 'other.npy': npy('<f4', [1], new Float32Array(1)), 'acts.npy': f4 }))}:acts`,
    ];
    for (const file of files) {
      const recorded = await json('--activations', file, '--probe', probe, '--layer', 'net.1');
      assert.equal(recorded.model, null);
      assert.deepEqual(
        { ...recorded.layers[0], explanations: [] },
        { name: 'net.1', node: '', module: null, op: '', units: 6, shape: [1, 6], explanations: [] },
      );
      assert.deepEqual(recorded.layers[0].explanations, ran.layers[0].explanations);
      assert.deepEqual({ ...recorded.probe, sha256: '' }, { ...ran.probe, sha256: '' });
    }
    // With a model, the probe set may be found beside it.
    const found = await json(model, '--activations', files[0]);
    assert.deepEqual(found.layers[0].explanations, ran.layers[0].explanations);
    assert.equal(found.layers[0].name, 'activations');
  });

  it('reads whole numbers and booleans', async () => {
    const whole = rows.map(([a]) => [a - 4, a % 2]).flat();
    for (const [name, bytes] of [
      ['i8', npy('<i8', [10, 2], BigInt64Array.from(whole, BigInt))],
      ['i1', npy('|i1', [10, 2], Int8Array.from(whole))],
      [
        'b1',
        npy(
          '|b1',
          [10, 2],
          Uint8Array.from(whole, (value) => Number(value > 0)),
        ),
      ],
    ] as const) {
      const { layers } = await json('--activations', folder.write(`${name}.npy`, bytes), '--probe', probe);
      assert.deepEqual(
        layers[0].explanations.map(({ label, iou, fireRate }) => [label, iou, fireRate]),
        [
          ['high', 1, 0.5],
          ['odd', 1, 0.5],
        ],
        name,
      );
    }
  });

  it('counts NaN and infinite activations in a warning; they never fire and enter no statistic', async () => {
    // Unit 0: NaN, ±∞ among 1..7; unit 1: nothing finite at all.
    const first = [NaN, Infinity, -Infinity, 1, 2, 3, 4, 5, 6, 7];
    const values = first.flatMap((value) => [value, NaN]);
    const file = folder.write('nan.npy', npy('<f4', [10, 2], Float32Array.from(values)));
    const { stdout, stderr } = await onnxplain(['explain', '--activations', file, '--probe', probe, '--json', '-']);
    assert.match(stderr, /^warning: activations: 13 activations are NaN or infinite; they never fire/m);
    const [some, none] = (JSON.parse(stdout) as Explanation).layers[0].explanations;
    assert.equal(some.fireRate, 0.7);
    assert.equal(some.histogram.edges[0], 1);
    assert.equal(some.histogram.edges.at(-1), 7);
    assert.equal(
      some.histogram.counts.reduce((sum, count) => sum + count),
      7,
    );
    assert.deepEqual(
      some.top.map(({ sample }) => sample),
      [9, 8, 7, 6, 5, 4, 3],
    );
    assert.deepEqual(
      { ...none, unit: 1, floor: 0 },
      {
        unit: 1,
        status: 'dead',
        threshold: null,
        fireRate: 0,
        label: null,
        formula: null,
        length: 0,
        iou: 0,
        precision: 0,
        recall: 0,
        floor: 0,
        optimal: false,
        single: null,
        alternatives: [],
        histogram: { edges: [], counts: [] },
        top: [],
      },
    );
  });

  it('resizes maps to the masks before the threshold, which comes from the values themselves', async () => {
    // Four samples of 2 × 2 activations against masks of 4 × 4. Unit 0 is 1 at the top left of even samples: resized with
    // half-pixel centres its weight at row and column 0, 1, 2, 3 is 1, 0.75, 0.25, 0. Unit 1 is twice the mask's mean.
    const maps = new Float32Array(4 * 2 * 4);
    for (const sample of [0, 2]) maps[sample * 8] = 1;
    for (const sample of [1, 3]) maps[sample * 8 + 7] = 2;
    const file = folder.write('spatial.npy', npy('<f4', [4, 2, 2, 2], maps));
    const weight = [1, 0.75, 0.25, 0];
    const mask = (at: (sample: number, y: number, x: number) => boolean) =>
      npy(
        '|b1',
        [4, 4, 4],
        Uint8Array.from({ length: 64 }, (_, i) => Number(at(i >> 4, (i >> 2) & 3, i & 3))),
      );
    const concepts = zipSync({
      'corner.npy': mask((sample, y, x) => sample % 2 === 0 && weight[y] * weight[x] > 0.5),
      'left.npy': mask((_sample, _y, x) => x < 2),
      'odd.npy': npy('|b1', [4], Uint8Array.of(0, 1, 0, 1)),
    });
    folder.write('concepts.npz', concepts);
    folder.write('inputs.npy', npy('<f4', [4, 3], new Float32Array(12)));
    const arrays = folder.write(
      'arrays.probe.json',
      JSON.stringify({ kind: 'arrays', data: 'inputs.npy', concepts: 'concepts.npz' }),
    );
    const result = await json('--activations', file, '--probe', arrays, '--threshold', 'value:0.5');
    assert.deepEqual([result.probe.samples, result.probe.positions], [4, 64]);
    assert.deepEqual(result.layers[0].shape, [1, 2, 2, 2]);
    const [corner, far] = result.layers[0].explanations;
    // 1·1, 1·0.75, 0.75·1 and 0.75·0.75 lie above 0.5: four places in two samples.
    assert.deepEqual([corner.label, corner.iou, corner.fireRate], ['corner', 1, 8 / 64]);
    // 2·w > 0.5 where w > 0.25: 1, 0.75, 0.75, 0.5625 as before; 1·0.25 is not above.
    assert.equal(far.fireRate, 8 / 64);
    // In the odd samples right of the middle, 4 of 8 places each.
    assert.deepEqual([far.label, far.iou, far.precision], ['odd AND NOT left', 0.5, 0.5]);
    // auto: quantile:0.005 of the eight values per unit … of 16, not of the resized 64.
    const auto = await json('--activations', file, '--probe', arrays);
    assert.ok(Math.abs(auto.layers[0].explanations[0].threshold! - 1) < 1e-9);
    assert.deepEqual(far.top[0], { sample: 1, position: 3, value: 2 });
  });

  it('refuses what does not fit in one sentence, and says where samples are missing', async () => {
    const file = (name: string, shape: number[]) =>
      folder.write(name, npy('<f4', shape, new Float32Array(shape.reduce((product, axis) => product * axis, 1))));
    const refusals: [string[], RegExp][] = [
      [['--activations', file('flat.npy', [10]), '--probe', probe], /flat\.npy: activations are samples × units/],
      [['--activations', file('three.npy', [10, 2, 3]), '--probe', probe], /got 10 × 2 × 3/],
      [['--activations', file('none.npy', [0, 6]), '--probe', probe], /got 0 × 6/],
      [
        ['--activations', file('many.npy', [11, 6]), '--probe', probe],
        /many\.npy holds activations of 11 samples, and the probe set has 10/,
      ],
      [['--activations', folder.path('absent.npy'), '--probe', probe], /absent\.npy/],
      [['--activations', folder.write('text.npy', Buffer.from('no array')), '--probe', probe], /text\.npy/],
      [['--activations', folder.path('a.npz'), '--probe', probe], /a\.npz.*(other|acts)/],
      [['--activations', folder.path('a.npy'), '--probe', probe, '--units', '6'], /there is no neuron 6/],
    ];
    for (const [args, sentence] of refusals) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, sentence);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
    const few = await onnxplain([
      'explain',
      '--activations',
      file('few.npy', [4, 6]),
      '--probe',
      probe,
      '--json',
      folder.path('few.json'),
    ]);
    assert.equal(few.code, 0);
    assert.match(few.stderr, /^warning: .*few\.npy holds activations of 4 samples/m);
    assert.equal((JSON.parse(readFileSync(folder.path('few.json'), 'utf8')) as Explanation).probe.samples, 4);
    const two = await run('--activations', folder.path('a.npy'), '--probe', probe, '--layer', 'x', '--layer', 'y');
    assert.equal(two.code, 2);
  });
});
