import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { onnxplain } from '../../support/commandLine.js';
import { temporaryFolder } from '../../support/onnxFile.js';

const fashion = path.resolve('media/sample/fashion/fashion.onnx');

describe('onnxplain evaluate', () => {
  const folder = temporaryFolder();

  it('tells Grad-CAM from the control by deletion, insertion and ROAD, and writes the table', async () => {
    const csv = path.join(folder.path(), 'table.csv');
    const metrics = ['deletion', 'insertion', 'road'].flatMap((metric) => ['--metric', metric]);
    const done = await onnxplain([
      'evaluate', fashion, '--method', 'gradcam', '--limit', '6', ...metrics, '--csv', csv, '--json', '-',
    ]); // prettier-ignore
    assert.equal(done.code, 0, done.stderr);
    const { rows } = JSON.parse(done.stdout) as { rows: { method: string; values: Record<string, number> }[] };
    const [map, control] = rows;
    assert.deepEqual([map.method, control.method], ['gradcam', 'randomcam']);
    assert.ok(map.values.deletion < control.values.deletion);
    assert.ok(map.values.insertion > control.values.insertion);
    assert.ok(map.values.road > control.values.road);
    const [header, first, ...rest] = readFileSync(csv, 'utf8').trim().split('\n');
    assert.equal(header, 'method,layer,deletion,deletion_samples,insertion,insertion_samples,road,road_samples');
    assert.equal(first.split(',')[2], String(map.values.deletion));
    assert.equal(rest.length, 1);
  });

  it('leaves metrics out that need masks, and says why; refuses rows of columns', async () => {
    const done = await onnxplain(['evaluate', fashion, '--method', 'eigencam', '--metric', 'pointing', '--metric', 'drop', '--limit', '1']); // prettier-ignore
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stderr, /No concept of places is named after a class/);
    assert.doesNotMatch(done.stdout, /Pointing/);
    const rows = await onnxplain(['evaluate', path.resolve('media/sample/policy/policy.onnx')]);
    assert.equal(rows.code, 1);
    assert.match(rows.stderr, /maps are of pictures/);
  });
});
