import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../shared/userError.js';

/**
 * Writes a result so that the name never holds half of it: into a file beside it, then renamed. Interrupting signals wait
 * until that is done (it is quick; the work before it is not, and there they end the process at once, as by default).
 */
export function writeResult(file: string, contents: string | Uint8Array): void {
  let interrupted: NodeJS.Signals | null = null;
  const hold = (signal: NodeJS.Signals) => {
    interrupted = signal;
  };
  process.on('SIGINT', hold).on('SIGTERM', hold);
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(temporary, contents);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${file}: cannot be written (${code ?? (error as Error).message})`, {
      hint: 'name a file in a folder that you may write to',
      cause: error,
    });
  } finally {
    process.off('SIGINT', hold).off('SIGTERM', hold);
  }
  if (interrupted) process.kill(process.pid, interrupted);
}
