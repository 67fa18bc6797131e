// A real VS Code without a download of VS Code: the npm package code-server holds its server and workbench, a browser shows it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { npm, root, runNode } from './command.mjs';

/** The last one that runs on Node 20; it is VS Code 1.100, the oldest that the extension supports. */
const version = '4.100.3';

/** Installs the server where it is missing, in a step that is whole or not there. Returns its main script. */
export async function installServer() {
  const folder = path.join(root, '.vscode-test', `code-server-${version}`);
  const main = path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js');
  if (existsSync(path.join(folder, 'installed'))) return main;
  console.log(`Installing code-server ${version}…`);
  const partial = `${folder}.${process.pid}.part`;
  await mkdir(partial, { recursive: true });
  await writeFile(path.join(partial, 'package.json'), '{ "private": true }\n');
  // Its install scripts compile what the tests don't need (the terminal, the search, the spelling of log files).
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await npm(['install', `code-server@${version}`, ...quietly], { cwd: partial, capture: true });
  await npm(['install', '--omit=dev', ...quietly], {
    cwd: path.join(partial, 'node_modules/code-server/lib/vscode'),
    capture: true,
  });
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  await writeFile(path.join(folder, 'installed'), '');
  return main;
}

/**
 * Starts a server on a free port of this machine. `data` holds its settings, state and extensions; with `trust: false`
 * every workspace is untrusted until someone trusts it.
 */
export async function startServer({ data, trust = true, env = {} }) {
  const main = await installServer();
  await mkdir(data, { recursive: true });
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      main,
      '--accept-server-license-terms',
      '--without-connection-token',
      '--host=127.0.0.1',
      `--port=${port}`,
      ...folders(data),
      '--disable-telemetry',
      ...(trust ? ['--disable-workspace-trust'] : []),
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  const keep = (chunk) => (log = (log + chunk).slice(-20_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://localhost:${port}`;

  const stop = async () => {
    child.kill();
    if ((await Promise.race([ended, wait(5000, 'late')])) === 'late') child.kill('SIGKILL');
    await ended;
  };
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries === 150) {
      await stop();
      throw new Error(`The VS Code server did not start:\n${log}`);
    }
    if (await answers(url)) return { url, port, stop, log: () => log };
    await wait(200);
  }
}

export async function installExtension(vsix, data) {
  await mkdir(data, { recursive: true });
  await runNode(
    await installServer(),
    [...folders(data), '--accept-server-license-terms', '--install-extension', vsix],
    {
      capture: true,
    },
  );
}

const folders = (data) => [
  `--user-data-dir=${path.join(data, 'user')}`,
  `--extensions-dir=${path.join(data, 'extensions')}`,
];

const answers = (url) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
