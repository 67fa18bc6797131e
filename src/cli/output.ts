import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../shared/userError.js';

/** A write that takes longer than this after Ctrl-C is given up. */
const patience = 800;

/** Writes a result so that the name never holds half of it: into a file beside it, then renamed. */
export function writeResult(file: string, contents: string | Uint8Array): Promise<void> {
  return finishing(async () => {
    const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await mkdir(path.dirname(path.resolve(file)), { recursive: true });
      await writeFile(temporary, contents);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(`${file}: cannot be written (${reasons[code ?? ''] ?? code ?? (error as Error).message})`, {
        hint: 'name a file in a folder that you may write to',
        cause: error,
      });
    }
  });
}

/** Shows a result as a table, or as JSON where that is wanted: in a file, or at `-` on stdout. */
export async function showResult(file: string | undefined, json: () => unknown, table: () => string): Promise<void> {
  const text = () => `${JSON.stringify(json())}\n`;
  if (file === undefined) process.stdout.write(table());
  else if (file === '-') process.stdout.write(text());
  else await writeResult(file, text());
}

/**
 * Writing is quick and leaves a temporary file where it is cut off: so Ctrl-C waits until it is done. (The work before it is
 * neither; there the signal ends the process at once, as by default, even while ONNX Runtime runs.)
 */
export async function finishing<T>(writing: () => Promise<T>): Promise<T> {
  let interrupted: NodeJS.Signals | null = null;
  const hold = (signal: NodeJS.Signals) => {
    interrupted = signal;
    setTimeout(() => process.exit(130), patience);
  };
  process.on('SIGINT', hold).on('SIGTERM', hold);
  try {
    return await writing();
  } finally {
    // A signal that came last is told in the next turn.
    await new Promise((resolve) => setTimeout(resolve));
    process.off('SIGINT', hold).off('SIGTERM', hold);
    if (interrupted) process.kill(process.pid, interrupted);
  }
}

const reasons: Record<string, string> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'part of the path is a file',
};
