import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { closeAll, explain, folderOf, inWorkspace, reach } from './window.js';

/** What a folder of models really holds, beside models. */
const badFiles: Record<string, () => Promise<Uint8Array>> = {
  'empty.onnx': async () => new Uint8Array(0),
  'pointer.onnx': async () =>
    Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 4956208\n`),
  'page.onnx': async () => Buffer.from('<!DOCTYPE html><html><body>404</body></html>'),
  'cut.onnx': async () => (await readFile(folderOf('fashion', 'fashion.onnx'))).subarray(0, 5000),
  'noise.onnx': async () => Uint8Array.from({ length: 100_000 }, (_, i) => (i * 2654435761) >>> 13),
  'picture.onnx': async () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'archive.onnx': async () => Buffer.from('504b030414000000080000', 'hex'),
};

describe('a file that is no model', () => {
  afterEach(closeAll);

  for (const [name, bytes] of Object.entries(badFiles))
    it(`is refused with one sentence: ${name}`, async () => {
      await writeFile(folderOf(name), await bytes());
      const started = Date.now();
      const session = await explain(inWorkspace(name));
      const { error } = await reach(session, 'failed');
      assert.ok(Date.now() - started < 4000, `${Date.now() - started} ms`);
      assert.ok(error!.message.includes(name), error!.message);
      assert.doesNotMatch(error!.message, /\n|undefined|\[object/);
      assert.notEqual(error!.code, 'engine/bug', error!.message);
    });

  it('is explained once it has become one', async () => {
    await writeFile(folderOf('late.onnx'), '');
    const session = await explain(inWorkspace('late.onnx'));
    await reach(session, 'failed');
    await copyFile(folderOf('policy', 'policy.onnx'), folderOf('late.onnx'));
    await reach(session, 'done');
  });
});
