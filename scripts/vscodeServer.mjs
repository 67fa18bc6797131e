// A real VS Code without a download of VS Code: the npm package code-server holds its server and workbench, a browser shows it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { npm, root, run } from './command.mjs';

/** By the value of ONNXPLAIN_TEST_VSCODE; without one it is the oldest. */
const servers = {
  /** VS Code 1.100, the oldest that the extension supports, and the last one that runs on Node 20. */
  oldest: { version: '4.100.3', node: '20', flags: [] },
  /** VS Code 1.139. Without the flag it takes no tests from the page. */
  newest: { version: '4.139.1', node: '24.21.0', flags: ['--enable-smoke-test-driver'] },
};
const chosen = process.env.ONNXPLAIN_TEST_VSCODE || 'oldest';
/** The tests that know a desktop VS Code take it themselves; the others stay with the server. */
const server = servers[chosen === 'electron' ? 'oldest' : chosen];

/** Installs the server where it is missing, in a step that is whole or not there. Returns its main script and its Node. */
async function installServer() {
  if (!server) throw new Error(`There is no VS Code "${chosen}": ONNXPLAIN_TEST_VSCODE is oldest, newest or electron.`);
  const ownNode = needsOwnNode(server.node);
  if (ownNode && process.platform !== 'linux')
    throw new Error(`The server of the ${chosen} VS Code needs Node ${server.node}: run this with it.`);
  const folder = path.join(root, '.vscode-test', `code-server-${server.version}`);
  const installed = {
    main: path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    node: ownNode ? path.join(folder, 'node_modules', nodePackage, 'bin/node') : process.execPath,
  };
  if (existsSync(path.join(folder, 'installed')) && existsSync(installed.node)) return installed;
  console.log(`Installing code-server ${server.version}…`);
  const partial = `${folder}.${process.pid}.part`;
  await mkdir(partial, { recursive: true });
  await writeFile(path.join(partial, 'package.json'), '{ "private": true }\n');
  // Its install scripts compile what the tests don't need (the terminal, the search, the spelling of log files).
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const packages = [`code-server@${server.version}`];
  if (ownNode) packages.push(`${nodePackage}@${server.node}`);
  await npm(['install', ...packages, ...quietly], { cwd: partial, capture: true });
  await npm(['install', '--omit=dev', ...quietly], {
    cwd: path.join(partial, 'node_modules/code-server/lib/vscode'),
    capture: true,
  });
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  await writeFile(path.join(folder, 'installed'), '');
  return installed;
}

const needsOwnNode = (wanted) => parseInt(process.versions.node) < parseInt(wanted);
/** The npm package that brings a Node for Linux. */
const nodePackage = `node-linux-${process.arch}`;

/**
 * Starts a server on a free port of this machine. `data` holds its settings, state and extensions; with `trust: false`
 * every workspace is untrusted until someone trusts it.
 */
export async function startServer({ data, trust = true, env = {} }) {
  const { main, node } = await installServer();
  await mkdir(data, { recursive: true });
  const port = await freePort();
  const child = spawn(
    node,
    [
      main,
      '--accept-server-license-terms',
      '--without-connection-token',
      '--host=127.0.0.1',
      `--port=${port}`,
      ...folders(data),
      '--disable-telemetry',
      ...server.flags,
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
  const { main, node } = await installServer();
  await mkdir(data, { recursive: true });
  const args = [main, ...folders(data), '--accept-server-license-terms', '--install-extension', vsix];
  await run(node, args, { capture: true });
}

/** What whoever drives this VS Code has set for all windows; to be written before the server starts. */
export async function writeUserSettings(data, settings) {
  const folder = path.join(data, 'user/User');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings));
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
