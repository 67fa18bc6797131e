import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freeName } from '../../../src/extension/freeName.js';
import { writeNewFile } from '../../../src/extension/writeNewFile.js';

describe('a new file beside the model', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-new-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('has a name that nothing there has, nor what is to lie beside it', async () => {
    const net = path.join(folder, 'net');
    assert.equal(await freeName(net, '.probe.json', ['.states.npy']), `${net}.probe.json`);
    await writeFile(`${net}.states.npy`, '');
    assert.equal(await freeName(net, '.probe.json', ['.states.npy']), `${net}-2.probe.json`);
    assert.equal(await freeName(net, '.probe.json'), `${net}.probe.json`);
  });

  it('is never written over another, and a refusal says why', async () => {
    const file = path.join(folder, 'a.txt');
    await writeNewFile(file, 'mine');
    await assert.rejects(writeNewFile(file, 'other'), /a\.txt can't be written to .*: there is one already/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
    await assert.rejects(writeNewFile(path.join(folder, 'x', 'a.txt'), ''), /the folder is not there any more/);
    await assert.rejects(writeNewFile(path.join(folder, 'n'.repeat(300)), ''), /its name is too long/);
  });
});
