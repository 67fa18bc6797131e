import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeReport } from '../../../src/engine/report/index.js';
import { UserError } from '../../../src/shared/userError.js';

describe('Writing the report', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onnxplain-report-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes the folder and replaces an older report', async () => {
    const deep = path.join(folder, 'a', 'b');
    assert.equal(await writeReport(deep, 'old'), path.join(deep, 'index.html'));
    await writeReport(deep, 'new');
    assert.equal(await readFile(path.join(deep, 'index.html'), 'utf8'), 'new');
    assert.deepEqual(await readdir(deep), ['index.html']);
  });

  it('says where it cannot write, and leaves nothing behind', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(writeReport(path.join(file, 'sub'), 'x'), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.sentence, /file.sub: the report cannot be written there .*: choose a folder/);
      return true;
    });
    await mkdir(path.join(folder, 'index.html'));
    await assert.rejects(writeReport(folder, 'x'), UserError);
    assert.deepEqual((await readdir(folder)).sort(), ['file', 'index.html']);
  });
});
