import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { bundle } from './bundle.js';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  milliseconds: number;
}

export interface RunOptions {
  cwd?: string;
  /** Called with each piece of stderr and a way to send the process a signal. */
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the command line as a user does and waits for its end. Standard input, output and errors are no terminals. */
export async function onnxplain(args: string[], { cwd = tmpdir(), onStderr }: RunOptions = {}): Promise<Ended> {
  const file = await bundle('cli.js');
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended: Ended = { code: null, signal: null, stdout: '', stderr: '', milliseconds: 0 };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.stderr += text;
      onStderr?.(text, (signal) => void child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ ...ended, code, signal, milliseconds: performance.now() - started }));
  });
}
