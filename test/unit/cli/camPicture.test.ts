import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { onnxplain } from '../../support/commandLine.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from '../probe/folder.js';

const sample = path.join(projectRoot, 'media/sample/squeezenet');
const photos = path.join(sample, 'photos');
const photo = path.join(photos, readdirSync(photos).sort()[0]);

describe('onnxplain cam on a picture', function () {
  this.timeout(30_000);
  const folder = testFolder();
  const cam = (model: string, ...args: string[]) =>
    onnxplain(['cam', model, '--method', 'eigencam', '--out', folder.path('map.npy'), ...args]);

  it('says that a file is no picture, not that it is no probe set', async () => {
    for (const name of ['notes.txt', 'table.csv', 'photo.png', 'weights']) {
      const { code, stderr } = await cam(path.join(sample, 'squeezenet.onnx'), '--image', folder.write(name, 'a,b'));
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`${name}.*not a picture`));
    }
  });

  it('says that a probe file beside the model would prepare the picture, until that is used', async () => {
    const [model, probe] = ['onnx', 'probe.json'].map((ending) => folder.path(`net.${ending}`));
    copyFileSync(path.join(sample, 'squeezenet.onnx'), model);
    assert.doesNotMatch((await cam(model, '--image', photo)).stderr, /--probe/);
    const preprocess = { resize: 256, crop: 224, channels: 'bgr', mean: [104, 117, 123] };
    folder.write('net.probe.json', JSON.stringify({ kind: 'images', data: [photo], preprocess }));
    assert.ok((await cam(model, '--image', photo)).stderr.includes(`--probe ${probe}`));
    const used = await cam(model, '--image', photo, '--probe', probe);
    assert.equal(used.code, 0, used.stderr);
    assert.doesNotMatch(used.stderr, /--probe/);
  });
});
