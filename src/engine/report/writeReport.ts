import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';

/**
 * Writes `index.html` in the folder, which is made if need be. A reader sees the old file or the new one, never half of one.
 *
 * @returns the file's path
 * @throws UserError where the folder cannot be written to
 */
export async function writeReport(folder: string, html: string): Promise<string> {
  const file = path.resolve(folder, 'index.html');
  const half = path.join(path.dirname(file), `.index-${randomBytes(6).toString('hex')}.html`);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(half, html, { flag: 'wx' });
    await rename(half, file);
    return file;
  } catch (error) {
    await rm(half, { force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${folder}: the report cannot be written there (${reasons[code ?? ''] ?? code ?? error})`, {
      hint: 'choose a folder that you may write to',
      code: 'report/not-written',
      cause: error,
    });
  }
}

const reasons: Record<string, string> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'a file has that name',
  EISDIR: 'index.html is a folder',
};
