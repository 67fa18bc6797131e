// Opens VS Code with the extension on a copy of the sample, for hands and eyes: the `code` on the PATH, or else VS Code in a browser.
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { root, run, runNode } from './command.mjs';
import { setUp } from './setup.mjs';

try {
  await setUp();
  await runNode('scripts/build.mjs');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-'));
  const sample = path.join(folder, 'sample');
  await cp(path.join(root, 'media/sample'), sample, { recursive: true });
  const windows = process.platform === 'win32';
  const code = spawnSync('code', ['--version'], { shell: windows });
  if (code.status === 0) await openEditor(sample, folder, windows);
  else await openServer(sample, folder);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function openEditor(sample, folder, windows) {
  const args = [`--extensionDevelopmentPath=${root}`, `--user-data-dir=${path.join(folder, 'user')}`, sample];
  if (windows)
    spawnSync(
      'code',
      args.map((arg) => `"${arg}"`),
      { shell: true, stdio: 'inherit' },
    );
  else await run('code', args);
  console.log(`VS Code shows a copy of the sample: ${sample}`);
}

async function openServer(sample, data) {
  const { installExtension, startServer } = await import('./vscodeServer.mjs');
  await runNode('scripts/package.mjs', ['--built', '--out', data], { capture: true });
  const vsix = path.join(
    data,
    (await readdir(data)).find((file) => file.endsWith('.vsix')),
  );
  console.log('Starting VS Code in a browser…');
  await installExtension(vsix, data);
  const server = await startServer({ data });
  console.log(`Open ${server.url}/?folder=${sample}\nCtrl-C ends it.`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.stop();
  await rm(data, { recursive: true, force: true });
}
