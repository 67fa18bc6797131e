// Child processes of the scripts: run one and show what it says, or run one and return what it says.
import { spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/** Runs to the end; a failure is an error that names the command, and has all it `said`. `capture` returns stdout and stderr instead of showing them. */
export function run(command, args, { cwd = root, env = {}, capture = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    let said = '';
    child.stdout?.on('data', (chunk) => (said += chunk));
    child.stderr?.on('data', (chunk) => (said += chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(said);
      else
        reject(
          Object.assign(
            new Error(
              `${[path.basename(command), ...args].join(' ')} ended with ${signal ?? code}\n${said.slice(-2000)}`,
            ),
            { said },
          ),
        );
    });
  });
}

export const runNode = (script, args = [], options) => run(process.execPath, [script, ...args], options);

/** The npm that belongs to this Node, without a shell. */
export function npm(args, options) {
  const folder = path.dirname(process.execPath);
  const script =
    process.env.npm_execpath ??
    path.join(folder, process.platform === 'win32' ? '' : '../lib', 'node_modules/npm/bin/npm-cli.js');
  return runNode(script, args, options);
}

/** The script of a package's command: packages are started by Node itself, so no shell and no .cmd is involved. */
export const packageScript = (...parts) => path.join(root, 'node_modules', ...parts);
