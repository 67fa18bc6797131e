import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runNode } from '../../scripts/command.mjs';
import { contents, platforms } from '../../scripts/package.mjs';

/** Files that the CPU provider loads, by platform, and how large they are at least: an empty one would pass for a file. */
const libraries: Record<string, string[]> = {
  'linux-x64': ['libonnxruntime.so.1'],
  'linux-arm64': ['libonnxruntime.so.1'],
  'darwin-arm64': ['libonnxruntime.1.dylib'],
  'win32-x64': ['onnxruntime.dll'],
  'win32-arm64': ['onnxruntime.dll'],
};

describe('packages', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-packages-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are there for five platforms', () =>
    assert.deepEqual(Object.keys(platforms).sort(), Object.keys(libraries).sort()));

  for (const [target, files] of Object.entries(libraries))
    it(`bring what runs on ${target}, and nothing else`, async () => {
      await runNode('scripts/package.mjs', ['--built', '--target', target, '--out', folder], { capture: true });
      const vsix = path.join(
        folder,
        (await readdir(folder)).find((file) => file.includes(`${target}.vsix`))!,
      );
      assert.ok((await stat(vsix)).size < 25 * 2 ** 20);
      const list = await contents(vsix);
      const native = [...list.keys()].filter((file) => /\.(node|dll|dylib)$|\.so(\.|$)/.test(file));
      const at = `dist/node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}`;
      assert.deepEqual(native.sort(), [...files, 'onnxruntime_binding.node'].map((file) => `${at}/${file}`).sort());
      assert.ok(list.get(`${at}/${files[0]}`)! > 10 * 2 ** 20);
      for (const name of ['dist/extension.cjs', 'dist/engine.js', 'dist/webview.js', 'media/icon.png', 'package.json'])
        assert.ok(list.get(name)! > 1000, name);
      const foreign = [...list.keys()].filter((file) =>
        /\.(ts|map|md)$|train\.npz|^(src|test|scripts|bench|out)\//.test(file),
      );
      assert.deepEqual(foreign.sort(), [
        'changelog.md',
        'media/sample/README.md',
        'media/walkthrough/probe.md',
        'readme.md',
      ]);
      await rm(vsix);
    });
});
