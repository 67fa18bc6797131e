// Runs test/integration inside a real extension host: VS Code's server with a browser, or, with ONNXPLAIN_TEST_VSCODE=electron,
// a downloaded VS Code. Two windows: one whose workspace is trusted, one in Restricted Mode.
import { build } from 'esbuild';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { root } from './command.mjs';

/** The longest that the tests of one window may take. */
const limit = 8 * 60_000;

const tests = path.join(root, 'dist/test/integration.cjs');
/** What test/integration/index.ts puts before each line of the tests' report. */
const mark = '│ ';
const electron = process.env.ONNXPLAIN_TEST_VSCODE === 'electron';
const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-integration-'));
try {
  await build({
    entryPoints: [path.join(root, 'test/integration/index.ts')],
    outfile: tests,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  for (const window of ['trusted', 'restricted']) {
    const workspace = path.join(folder, window, 'workspace');
    await cp(path.join(root, 'media/sample'), workspace, { recursive: true });
    const env = { ONNXPLAIN_TEST_WINDOW: window, ONNXPLAIN_TEST_ROOT: root };
    const start = electron ? inElectron : inServer;
    await start({ workspace, data: path.join(folder, window, 'data'), trust: window === 'trusted', env });
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function inElectron({ workspace, data, trust, env }) {
  const { runTests } = await import('@vscode/test-electron');
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: tests,
    extensionTestsEnv: env,
    launchArgs: [
      workspace,
      `--user-data-dir=${data}`,
      '--disable-extensions',
      ...(trust ? ['--disable-workspace-trust'] : []),
    ],
  });
}

async function inServer({ workspace, data, trust, env }) {
  const { chromium } = await import('playwright-core');
  const { chromiumFlags, findChromium } = await import('./chromium.mjs');
  const { startServer, writeUserSettings } = await import('./vscodeServer.mjs');
  const executablePath = await findChromium();
  // No welcome page, no question about trust at the start: the tests say what they want to see.
  await writeUserSettings(data, {
    'security.workspace.trust.startupPrompt': 'never',
    'workbench.startupEditor': 'none',
  });
  const server = await startServer({ data, trust, env });
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const ended = new Promise((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
    // The tests' report is marked; what else the window says matters only when something fails.
    let noise = '';
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args);
      if (line.startsWith(mark)) process.stdout.write(`${line.slice(mark.length)}\n`);
      else noise = `${noise}${line}\n`.slice(-20_000);
    });
    const remote = (file) => `vscode-remote://localhost:${server.port}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(root)],
      ['extensionTestsPath', remote(tests)],
      ['skipWelcome', 'true'],
    ];
    const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
    await page.goto(`${server.url}/?${query}`);
    const late = new Promise((resolve) => setTimeout(resolve, limit, 'late').unref());
    const code = await Promise.race([ended, late]);
    if (code !== 0) {
      console.error(noise);
      await mkdir(path.join(root, 'out/screens'), { recursive: true });
      await page.screenshot({ path: path.join(root, 'out/screens', 'integration-failed.png') });
      throw new Error(code === 'late' ? `The tests did not end within ${limit / 60_000} minutes.` : 'Tests failed.');
    }
  } finally {
    await browser.close();
    await server.stop();
  }
}
