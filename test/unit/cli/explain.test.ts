import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Explanation, Formula, UnitExplanation } from '../../../src/shared/results.js';
import { onnxplain } from '../../support/commandLine.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from '../probe/folder.js';
import { activations, writeSmallNetwork } from './smallNetwork.js';

const policy = path.join(projectRoot, 'media', 'sample', 'policy', 'policy.onnx');
const fashion = path.join(projectRoot, 'media', 'sample', 'fashion', 'fashion.onnx');

async function json(...args: string[]): Promise<Explanation> {
  const { code, stdout, stderr } = await onnxplain(['explain', ...args, '--json', '-', '--quiet']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(stdout.endsWith('}\n') && !stdout.trimEnd().includes('\n'));
  return JSON.parse(stdout) as Explanation;
}

describe('onnxplain explain', function () {
  this.timeout(60_000);
  const folder = testFolder();
  let model = '';
  let probe = '';
  let result: Explanation;
  let units: UnitExplanation[];
  before(async () => {
    ({ model, probe } = writeSmallNetwork(folder.path('net')));
    result = await json(model, '--probe', probe, '--layer', 'relu', '--min-active', '2');
    units = result.layers[0].explanations;
  });

  it('writes exactly the keys that scripts rely on', () => {
    assert.deepEqual(Object.keys(result), ['schema', 'model', 'probe', 'settings', 'layers']);
    assert.equal(result.schema, 'onnxplain/1');
    assert.deepEqual(result.model, {
      path: model,
      sha256: createHash('sha256').update(readFileSync(model)).digest('hex'),
    });
    assert.deepEqual(Object.keys(result.probe), ['kind', 'samples', 'positions', 'sha256']);
    assert.match(result.probe.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual({ ...result.probe, sha256: '' }, { kind: 'states', samples: 10, positions: 10, sha256: '' });
    assert.deepEqual(result.settings, {
      threshold: 'auto',
      search: 'beam',
      maxLength: 3,
      beam: 5,
      minActive: 2,
      seed: 0,
    });
    const [layer] = result.layers;
    assert.deepEqual(
      { ...layer, explanations: layer.explanations.length },
      {
        name: 'relu',
        node: '/net/net.1/Relu',
        module: 'net.1',
        op: 'Relu',
        units: 6,
        shape: [1, 6],
        explanations: 6,
      },
    );
    for (const unit of units) {
      assert.deepEqual(
        new Set(Object.keys(unit)),
        new Set(
          (
            'unit status threshold fireRate label formula length iou precision recall floor optimal single ' +
            'alternatives histogram top'
          ).split(' '),
        ),
      );
    }
  });

  it('says what a hand can tell: a − 4.5 fires for the states called high, and so on', () => {
    const [half, dead, constant, rare, always, alone] = units;
    assert.deepEqual(
      units.map(({ status }) => status),
      ['explained', 'dead', 'constant', 'rare', 'explained', 'rare'],
    );
    assert.deepEqual(
      units.map(({ fireRate }) => fireRate),
      [0.5, 0, 1, 0.1, 1, 0.1],
    );
    assert.deepEqual(
      units.map(({ threshold }) => threshold),
      [0, 0, 0, 0, 0, 0],
    );
    assert.deepEqual(
      { label: half.label, formula: half.formula, length: half.length, single: half.single },
      {
        label: 'high',
        formula: { op: 'atom', concept: 'high' },
        length: 1,
        single: { label: 'high', iou: 1 },
      },
    );
    assert.deepEqual([half.iou, half.precision, half.recall], [1, 1, 1]);
    for (const unit of [dead, constant, rare, alone]) {
      assert.deepEqual(
        [unit.label, unit.formula, unit.length, unit.iou, unit.single, unit.alternatives, unit.optimal],
        [null, null, 0, 0, null, [], false],
      );
    }
    // high covers 5 of the 10 states, odd 5, both together 7: 1, 3, 5, 6, 7, 8, 9.
    assert.equal(always.label, 'high OR odd');
    assert.deepEqual([always.iou, always.precision, always.recall], [0.7, 1, 0.7]);
    assert.deepEqual(
      half.top.map(({ sample, position, value }) => [sample, position, value]),
      // Nine samples, strongest first; those that give 0 in the order of the samples.
      [9, 8, 7, 6, 5, 0, 1, 2, 3].map((sample) => [sample, 0, activations[sample][0]]),
    );
    for (const { histogram } of units) {
      assert.equal(histogram.counts.length, histogram.edges.length - 1);
      assert.equal(
        histogram.counts.reduce((sum, count) => sum + count),
        10,
      );
    }
  });

  it('calls a unit no-match that no formula overlaps', async () => {
    const [layer] = (await json(model, '--probe', probe, '--layer', 'relu', '--units', '5')).layers;
    assert.deepEqual(
      layer.explanations.map(({ unit, status, label, iou, fireRate }) => [unit, status, label, iou, fireRate]),
      [[5, 'no-match', null, 0, 0.1]],
    );
  });

  it('explains only the units asked for, and refuses those that a named layer does not have', async () => {
    const [some] = (await json(model, '--probe', probe, '--layer', 'relu', '--units', '4,0-1')).layers;
    assert.deepEqual(
      some.explanations.map(({ unit }) => unit),
      [0, 1, 4],
    );
    // Formula and numbers do not depend on what else is explained.
    assert.deepEqual(some.explanations[0], units[0]);
    const refused = await onnxplain(['explain', model, '--layer', 'relu', '--units', '6', '--quiet']);
    assert.equal(refused.code, 1);
    assert.equal(refused.stderr, 'onnxplain: layer "relu" has 6 neurons, there is no neuron 6: choose from 0 to 5\n');
    const free = await json(model, '--probe', probe, '--units', '5');
    assert.deepEqual(
      free.layers.map(({ name }) => name),
      ['relu'],
    );
  });

  it('takes the first samples with --limit', async () => {
    const first = await json(model, '--probe', probe, '--layer', 'relu', '--limit', '7');
    assert.deepEqual([first.probe.samples, first.probe.positions], [7, 7]);
    assert.equal(first.layers[0].explanations[0].fireRate, 2 / 7);
    const more = await json(model, '--probe', probe, '--layer', 'relu', '--limit', '1000');
    assert.equal(more.probe.samples, 10);
  });

  it('fires strictly above --threshold', async () => {
    const at = async (rule: string) =>
      (await json(model, '--probe', probe, '--layer', 'relu', '--threshold', rule, '--units', '0')).layers[0]
        .explanations[0];
    assert.deepEqual([(await at('value:2.5')).fireRate, (await at('value:2.5')).threshold], [0.2, 2.5]);
    assert.equal((await at('value:-1')).fireRate, 1);
    // Sorted: 0 0 0 0 0 .5 1.5 2.5 3.5 4.5. q = 0.2: knot 1000·0.8 − 1 = 799 of 999, times 9 is 7.198…
    const quantile = await at('quantile:0.2');
    assert.ok(Math.abs(quantile.threshold! - (2.5 + ((799 / 999) * 9 - 7))) < 1e-6);
    assert.equal(quantile.fireRate, 0.2);
  });

  it('finds single concepts, beams and optima; an optimum of one length says that it is one', async () => {
    const with_ = async (...args: string[]) =>
      (await json(model, '--probe', probe, '--layer', 'relu', '--units', '4', ...args)).layers[0].explanations[0];
    const single = await with_('--search', 'single');
    assert.deepEqual([single.length, single.iou, single.optimal], [1, 0.5, true]);
    const shorter = await with_('--max-length', '1');
    assert.deepEqual([shorter.length, shorter.iou], [1, 0.5]);
    const optimal = await with_('--search', 'optimal', '--max-length', '2');
    assert.deepEqual([optimal.label, optimal.iou, optimal.optimal], ['high OR odd', 0.7, true]);
  });

  it('gives the same bytes again, and on any number of threads', async () => {
    for (const args of [
      [policy, '--layer', 'act2', '--units', '0-7', '--limit', '1500'],
      [fashion, '--layer', 'layer1.relu2', '--units', '0-7', '--limit', '40'],
    ]) {
      const outputs = await Promise.all(
        [['--threads', '1'], ['--threads', '2'], [], ['--memory', '64']].map((more) =>
          onnxplain(['explain', ...args, '--json', '-', '--quiet', ...more]),
        ),
      );
      assert.ok(outputs[0].stdout.length > 1000, outputs[0].stderr);
      for (const { stdout } of outputs) assert.equal(stdout, outputs[0].stdout);
    }
  });

  it('shuffles with the seed: another floor, the same label', async () => {
    const args = [policy, '--layer', 'act2', '--units', '0-5', '--limit', '1500'];
    const [one, other] = [await json(...args), await json(...args, '--seed', '7')];
    const tell = ({ layers }: Explanation, key: 'label' | 'iou' | 'floor') =>
      layers[0].explanations.map((unit) => unit[key]);
    assert.deepEqual(tell(one, 'label'), tell(other, 'label'));
    assert.deepEqual(tell(one, 'iou'), tell(other, 'iou'));
    assert.notDeepEqual(tell(one, 'floor'), tell(other, 'floor'));
    for (const { iou, floor, status } of one.layers[0].explanations) {
      if (status === 'explained') assert.ok(floor > 0 && floor <= iou + 0.05, `${floor} by chance, ${iou}`);
    }
  });

  it('writes labels that say the formula, with parentheses where they are needed', async () => {
    const text = (formula: Formula): string => {
      const inside = (part: Formula, parent: string) =>
        (part.op === 'and' || part.op === 'or') && part.op !== parent ? `(${text(part)})` : text(part);
      if (formula.op === 'atom') return formula.concept;
      if (formula.op === 'not') return `NOT ${inside(formula.of, 'not')}`;
      return `${inside(formula.left, formula.op)} ${formula.op.toUpperCase()} ${inside(formula.right, formula.op)}`;
    };
    const { layers } = await json(policy, '--layer', 'act1', '--limit', '1000');
    const labelled = layers[0].explanations.filter(({ label }) => label !== null);
    assert.ok(labelled.length > 30);
    for (const { label, formula, length, iou, single } of labelled) {
      assert.equal(label, text(formula!));
      const atoms = (part: Formula): number =>
        part.op === 'atom' ? 1 : part.op === 'not' ? atoms(part.of) : atoms(part.left) + atoms(part.right);
      assert.equal(length, atoms(formula!));
      assert.ok(length <= 3 && iou >= single!.iou);
    }
  });

  it('prints a table where no file is named, and beside the files where it is asked for', async () => {
    const table = await onnxplain(['explain', model, '--probe', probe, '--layer', 'relu', '--quiet']);
    assert.match(
      table.stdout,
      /^net\.1 \(relu\): Relu, 6 neurons\nneuron +IoU +chance +fires +label\n +0 +1\.00 .*high\n/,
    );
    const file = folder.path('made', 'deep', 'r.json');
    const silent = await onnxplain(['explain', model, '--probe', probe, '--json', file, '--quiet']);
    assert.deepEqual([silent.code, silent.stdout], [0, '']);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).layers.length, 2);
    const both = await onnxplain(['explain', model, '--probe', probe, '--json', file, '--table', '--quiet']);
    assert.match(both.stdout, /^neuron/m);
  });

  it('writes a report that needs nothing else', async () => {
    const { code, stderr } = await onnxplain(['explain', model, '--probe', probe, '--report', folder.path('report')]);
    assert.equal(code, 0);
    assert.ok(stderr.includes(`report: ${folder.path('report', 'index.html')}`));
    const page = readFileSync(folder.path('report', 'index.html'), 'utf8');
    assert.match(page, /high OR odd/);
    assert.doesNotMatch(page, /(src|href)="?(https?:|\/\/)/);
  });

  it('finds the probe file beside the model, and refuses data that do not fit', async () => {
    const found = await onnxplain(['explain', model, '--json', '-']);
    assert.match(found.stderr, /^probe set: states\.csv · 10 rows$/m);
    assert.deepEqual(JSON.parse(found.stdout).layers[0].explanations[0].label, 'high');
    const misfit = folder.write('two.csv', 'a,b\n1,2\n');
    const refused = await onnxplain(['explain', model, '--probe', misfit, '--quiet']);
    assert.equal(refused.code, 1);
    assert.equal(refused.stderr.trimEnd().split('\n').length, 1);
    assert.match(refused.stderr, /two\.csv|"obs"/);
  });
});
