import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { readTally, renderReport, tallyOf } from '../../../src/engine/report/index.js';
import { dissectionOf } from '../../../src/shared/dissection.js';
import { onnxplain } from '../../support/commandLine.js';
import { sharedData } from '../../support/sharedData.js';
import { writeSmallNetwork } from '../cli/smallNetwork.js';
import { testFolder } from '../probe/folder.js';
import { explanationOf, layer, neuron } from './example.js';

describe("Network Dissection's tally and summary", function () {
  this.timeout(30_000);
  const folder = testFolder();

  it('counts units per concept and unique detectors per category, above an IoU of 0.04', () => {
    const unit = (number: number, concept: string | null, category: string, iou: number) => ({ unit: number, concept, category, iou }); // prettier-ignore
    const found = dissectionOf([
      unit(0, 'dog', 'object', 0.2),
      unit(1, 'dog', 'object', 0.3),
      unit(2, 'sky', 'scene', 0.05),
      unit(3, 'head', 'part', 0.04),
      unit(4, null, '', 0),
      unit(5, 'car', 'object', 0.1),
      unit(6, 'head', 'object', 0.06),
    ]);
    assert.deepEqual([found.units, found.detectors, found.unique], [7, 5, 4]);
    assert.deepEqual(found.categories, [
      { category: 'object', unique: 3, detectors: 4 },
      { category: 'scene', unique: 1, detectors: 1 },
    ]);
    assert.deepEqual(found.concepts[0], { concept: 'dog', category: 'object', units: [1, 0], iou: 0.3 });
  });

  // 97 and 1,325 lines of these files have a score above 0.04, with 50 and 197 different labels among them.
  for (const [name, units, detectors, unique] of [
    ['alexnet_imagenet_conv5', 256, 97, 50],
    ['resnet152_imagenet', 2048, 1325, 197],
  ] as const) {
    it(`reads what was published for ${name}`, function () {
      const file = sharedData(this, 'labels', `netdissect_${name}_tally.csv`);
      const rows = readTally(readFileSync(file, 'utf8'), name);
      const found = dissectionOf(rows);
      assert.deepEqual([found.units, found.detectors, found.unique], [units, detectors, unique]);
      assert.equal(Math.min(...rows.map(({ unit }) => unit)), 0);
      // Each IoU is what the counts beside it say, in our reading of the columns too.
      for (const { categories, iou } of rows) {
        assert.equal(Math.max(...categories.map((match) => match.iou)), iou);
        for (const { truth, activation, intersect, iou: own } of categories)
          assert.ok(Math.abs(own - intersect / (truth + activation - intersect)) < 1e-9);
      }
    });
  }

  it('is written by explain with counts that are right, and read back', async () => {
    const { model, probe } = writeSmallNetwork(folder.path('net'));
    const file = folder.path('out', 'tally.csv');
    const ended = await onnxplain(['explain', model, '--probe', probe, '--layer', 'relu', '--tally', file, '--quiet']);
    assert.deepEqual([ended.code, ended.stdout], [0, '']);
    const rows = readTally(readFileSync(file, 'utf8'), 'tally.csv');
    // Unit 3 is a − 8.5: it fires at a = 9 alone, where "top" holds and nowhere else.
    assert.deepEqual(
      rows.find(({ unit }) => unit === 3),
      {
        unit: 3,
        concept: 'top',
        category: 'expression',
        iou: 1,
        categories: [{ category: 'expression', label: 'top', truth: 1, activation: 1, intersect: 1, iou: 1 }],
      },
    );
    // Unit 2 fires always: best is "high" or "odd" with 5 of 10.
    assert.deepEqual(rows.find(({ unit }) => unit === 2)?.categories[0], { category: 'expression', label: 'high', truth: 5, activation: 10, intersect: 5, iou: 0.5 }); // prettier-ignore
    // Dead units are there as well, last.
    assert.equal(rows.length, 6);
    assert.equal(rows.at(-1)?.iou, 0);
    const two = await onnxplain(['tally', file, file]);
    assert.match(two.stdout, /6 units are in both; 6 have the same label, 6 the same category/);
    const several = await onnxplain(['explain', model, '--probe', probe, '--tally', file, '--quiet']);
    assert.equal(several.code, 0);
    // One file a layer, named after it.
    assert.deepEqual(readdirSync(folder.path('out')), ['tally.csv', 'tally.net.1.csv', 'tally.net.2.csv']);
  });

  it('quotes labels that need it, and refuses what is no tally', () => {
    const odd = 'a, "b"';
    const match = { category: 'part', label: odd, truth: 2, activation: 3, intersect: 1, iou: 0.25 };
    const text = tallyOf(layer([neuron(4, { categories: [match] })]));
    assert.equal(text, 'unit,category,label,score,part-label,part-truth,part-activation,part-intersect,part-iou\n5,part,"a, ""b""",0.25,"a, ""b""",2,3,1,0.25\n'); // prettier-ignore
    assert.deepEqual(readTally(text.replaceAll('\n', '\r\n'), 'x'), [{ unit: 4, category: 'part', concept: odd, iou: 0.25, categories: [match] }]); // prettier-ignore
    assert.throws(() => readTally('a,b\n1,2\n', 'x.csv'), /x\.csv: no column "unit", so it is no tally/);
    assert.throws(
      () => readTally('unit,category,label,score\none,part,dog,1\n', 'x.csv'),
      /x\.csv, line 2: unit is "one"/,
    );
    assert.deepEqual(readTally('unit,category,label,score\n', 'x.csv'), []);
  });

  it('stands in the report', () => {
    const explanation = explanationOf(
      layer([neuron(0), neuron(1), neuron(2, { single: { label: 'centred', iou: 0.3 } }), neuron(3, { single: { label: 'centred', iou: 0.03 } })]), // prettier-ignore
    );
    const categories = { 'angle high': 'angle', centred: 'place' };
    const html = renderReport(explanation, { title: 'net', probe: null, version: '1', categories });
    assert.match(html, /<summary>2 unique detectors<\/summary>.*3 of 4 neurons .*: 1 angle, 1 place\./);
    assert.match(html, /<th scope="row">angle high<\/th><td class="quiet">angle<\/td>.*?<td>2<\/td>/);
  });
});
