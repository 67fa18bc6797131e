import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Explanation } from '../../../src/shared/results.js';
import { onnxplain } from '../../support/commandLine.js';
import { testFolder } from '../probe/folder.js';
import { writeSmallNetwork } from './smallNetwork.js';

describe('onnxplain diff', function () {
  this.timeout(30_000);
  const folder = testFolder();

  it('says what changed between two explanations', async () => {
    const { model, probe } = writeSmallNetwork(folder.path());
    const [before, after] = ['before.json', 'after.json'].map((name) => path.join(folder.path(), name));
    await onnxplain(['explain', model, '--probe', probe, '--json', before, '--quiet']);
    const same = await onnxplain(['diff', before, before]);
    assert.equal(same.code, 0);
    assert.doesNotMatch(same.stdout, /→/);

    // A unit with a label dies.
    const explanation = JSON.parse(readFileSync(before, 'utf8')) as Explanation;
    const layer = explanation.layers.find(({ explanations }) => explanations.some(({ iou, floor }) => iou > floor))!;
    const unit = layer.explanations.find(({ iou, floor }) => iou > floor)!;
    const { label, iou } = unit;
    Object.assign(unit, { status: 'dead', label: null, formula: null, iou: 0, floor: 0, fireRate: 0 });
    writeFileSync(after, JSON.stringify(explanation));
    const { code, stdout } = await onnxplain(['diff', before, after]);
    assert.equal(code, 0);
    assert.ok(stdout.includes(`${label} ${iou.toFixed(2)} → dead`), stdout);
    const json = JSON.parse((await onnxplain(['diff', before, after, '--json'])).stdout) as { layers: { counts: object; name: string }[] }; // prettier-ignore
    assert.deepEqual(json.layers.find(({ name }) => name === layer.name)!.counts, {
      ...{ died: 1, woke: 0, relabelled: 0, iou: 0 },
    });
  });

  it('refuses what is no explanation, in one line', async () => {
    const file = folder.write('other.json', '{"schema": "other"}');
    const { code, stderr } = await onnxplain(['diff', file, file]);
    assert.equal(code, 1);
    assert.match(stderr, /other\.json holds no explanation: write it with onnxplain explain/);
    assert.equal((await onnxplain(['diff', file])).code, 2);
  });
});
