import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { causes } from '../../../src/engine/cause/index.js';
import { findLayer, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { openProbe } from '../../../src/engine/probe/index.js';
import type { CauseSettings } from '../../../src/shared/effects.js';
import type { Formula } from '../../../src/shared/results.js';
import { onnxplain } from '../../support/commandLine.js';
import { npy } from '../../support/npyFile.js';
import { modelBytes } from '../../support/onnxFile.js';
import { writeSmallNetwork } from '../cli/smallNetwork.js';
import { testFolder } from '../probe/folder.js';

const atom = (concept: string): Formula => ({ op: 'atom', concept });

describe('Whether a label causes the firing', function () {
  this.timeout(30_000);
  const folder = testFolder();

  async function check(model: string, file: string, layer: string, units: CauseSettings['units']) {
    const read = await readModel(model);
    const probe = await openProbe({ kind: 'file', path: file }, read, { bundledFolder: '' });
    const concepts = await probe.concepts(probe.samples);
    const { units: results } = await causes(
      read,
      probe,
      concepts,
      findLayer(structureOf(read), layer),
      { units, cases: 100, seed: 0, threads: 1 },
      () => undefined,
      new AbortController().signal,
    );
    return results;
  }

  it('of rows: changes the columns that it names, and counts the units that stop', async () => {
    const { model, probe } = writeSmallNetwork(folder.path('small'));
    const high = { formula: atom('high'), threshold: 0 };
    const [first, rising] = await check(model, probe, 'relu', [
      { unit: 0, ...high },
      { unit: 4, ...high },
    ]);
    // Unit 0 is relu(a − 4.5): of a = 5 … 9, moved to 4, it stops each time. The deviation of 0 … 9 is √8.25.
    const { formula } = first.trials[0];
    assert.deepEqual([formula.cases, formula.stops, formula.before, formula.after], [5, 1, 2.5, 0]);
    assert.ok(Math.abs(formula.amount! - 3 / Math.sqrt(8.25)) < 1e-12);
    assert.deepEqual(first.columns, ['a']);
    assert.deepEqual(first.examples[4], { sample: 9, before: 4.5, after: 0, changes: [{ column: 'a', from: 9, to: 4 }] }); // prettier-ignore
    // The control: "odd" at a = 5, 7, 9, where b becomes 0, of which unit 0 knows nothing, and "top" at a = 9 → 8.
    const { cases, stops, before, after } = first.trials[0].control;
    assert.deepEqual({ cases, stops, before, after }, { cases: 4, stops: 0, before: (0.5 + 2.5 + 4.5 + 4.5) / 4, after: (0.5 + 2.5 + 4.5 + 3.5) / 4 }); // prettier-ignore
    assert.equal(first.controls, 2);
    // Unit 4 is a + 1: it fires on. Both are "explained" by the same label, and only one because of it.
    assert.equal(rising.trials[0].formula.stops, 0);
    assert.equal(rising.trials[0].formula.after, 5);
  });

  it('of rows: counts the decisions that change', async () => {
    // y = [relu(a), 2]: with a above 2 the first wins.
    const model = folder.write(
      'decides/net.onnx',
      modelBytes({
        inputs: { x: { shape: ['batch', 2] } },
        outputs: { y: { shape: ['batch', 2] } },
        initializers: { W: { dims: [2, 2], values: [1, 0, 0, 0] }, b: { dims: [2], values: [0, 2] } },
        nodes: [
          { op: 'Relu', in: ['x'], out: ['h'] },
          { op: 'Gemm', in: ['h', 'W', 'b'], out: ['y'] },
        ],
      }),
    );
    folder.write('decides/rows.csv', ['a,b', ...Array.from({ length: 10 }, (_, i) => `${i - 4},${i}`)].join('\n'));
    const probe = folder.write(
      'decides/net.probe.json',
      '{ "kind": "states", "data": "rows.csv", "concepts": { "above": "a > 0", "late": "b > 5" } }',
    );
    const [unit] = await check(model, probe, 'h', [{ unit: 0, formula: atom('above'), threshold: 0 }]);
    // a = 1 … 5 all stop; the decision was the first for a = 3, 4, 5 and ties at 2 count for the first, too.
    assert.deepEqual([unit.trials[0].formula.stops, unit.trials[0].formula.decisions], [1, 0.8]);
    assert.deepEqual([unit.trials[0].control.stops, unit.trials[0].control.decisions], [0, 0]);
  });

  /** Pictures of 8 × 8 with a bright square in one corner; unit 0 of `h` sees brightness, unit 1 darkness. */
  function squares(): { model: string; probe: string } {
    const corners = [0, 4, 32, 36];
    const pictures = new Float32Array(4 * 64);
    const masks = new Uint8Array(4 * 64);
    const whole = Uint8Array.of(1, 1, 0, 0);
    corners.forEach((corner, sample) => {
      for (let y = 0; y < 3; y++) {
        for (let x = 0; x < 3; x++) {
          pictures[sample * 64 + corner + y * 8 + x] = 1;
          masks[sample * 64 + corner + y * 8 + x] = 1;
        }
      }
    });
    folder.write('squares/x.npy', npy('<f4', [4, 1, 8, 8], pictures));
    const frame = masks.map((inside) => 1 - inside);
    folder.write(
      'squares/c.npz',
      zipSync({
        'square.npy': npy('|b1', [4, 8, 8], masks),
        'ground.npy': npy('|b1', [4, 8, 8], frame),
        'early.npy': npy('|b1', [4], whole),
      }),
    );
    const probe = folder.write('squares/s.probe.json', '{ "kind": "arrays", "data": "x.npy", "concepts": "c.npz" }');
    const model = folder.write(
      'squares/net.onnx',
      modelBytes({
        inputs: { x: { shape: ['batch', 1, 8, 8] } },
        outputs: { h: { shape: ['batch', 2, 8, 8] } },
        initializers: { W: { dims: [2, 1, 1, 1], values: [1, -1] }, b: { dims: [2], values: [0, 1] } },
        nodes: [{ op: 'Conv', in: ['x', 'W', 'b'], out: ['h'] }],
      }),
    );
    return { model, probe };
  }

  it('of pictures: fills the places where it holds, and the same shape elsewhere', async () => {
    const { model, probe } = squares();
    const [bright, dark] = await check(model, probe, 'h', [
      { unit: 0, formula: atom('square'), threshold: 0.5 },
      { unit: 1, formula: atom('square'), threshold: 0.5 },
    ]);
    assert.deepEqual(bright.trials.map(({ kind }) => kind), ['mean colour', 'blurred surroundings']); // prettier-ignore
    for (const { formula, control } of bright.trials) {
      // Nothing but darkness lies around the square, so that none of it is left.
      assert.deepEqual([formula.cases, formula.stops, formula.before, formula.after], [4, 1, 1, 0]);
      assert.equal(formula.amount, 9 / 64);
      // Filled elsewhere, a part of the square at least stays.
      assert.deepEqual([control.cases, control.stops, control.amount], [4, 0, 9 / 64]);
    }
    // The unit for darkness fires on around it.
    assert.equal(dark.trials[0].formula.stops, 0);
  });

  it('says why a label cannot be checked', async () => {
    const { model, probe } = squares();
    const [whole, silent] = await check(model, probe, 'h', [
      { unit: 0, formula: atom('early'), threshold: 0.5 },
      { unit: 0, formula: atom('square'), threshold: 2 },
    ]);
    assert.deepEqual([whole.trials, silent.trials], [[], []]);
    assert.match(whole.reason!, /says something of whole pictures/);
    assert.match(silent.reason!, /no picture that was looked at makes it fire/);
    await assert.rejects(
      check(model, probe, 'h', [{ unit: 0, formula: atom('circle'), threshold: 0 }]),
      /the label of neuron 0 names "circle", which the probe set does not have/,
    );
    await assert.rejects(
      check(model, probe, 'h', [{ unit: 2, formula: atom('square'), threshold: 0 }]),
      /has no neuron 2/,
    );
  });

  it('the command line labels a layer, checks the labels and writes both', async () => {
    const { model, probe } = writeSmallNetwork(folder.path('small'));
    const args = ['cause', model, '--probe', probe, '--layer', 'relu', '--max-length', '1', '--quiet'];
    const table = await onnxplain(args);
    assert.match(table.stdout, /\n0 +columns changed +5 +100 % +0 % .*high\n/);
    assert.match(table.stdout, /3 neurons have no label to check\n$/);
    const json = await onnxplain([...args, '--units', '0', '--json', '-']);
    const { settings, units } = JSON.parse(json.stdout);
    assert.equal(settings.cases, 200);
    assert.equal(units[0].trials[0].formula.stops, 1);
    assert.equal((await onnxplain([...args, '--units', '0', '--json', '-'])).stdout, json.stdout);
    assert.equal((await onnxplain(['cause', model])).code, 2);
  });
});
