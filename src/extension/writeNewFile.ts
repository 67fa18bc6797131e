import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../shared/userError.js';

const reasons: Record<string, string> = {
  EACCES: 'there is no permission to write there',
  EPERM: 'there is no permission to write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'the folder is not there any more',
  EEXIST: 'there is one already',
  ENAMETOOLONG: 'its name is too long for this disk',
};

/**
 * Writes a file that is not there yet, whole or not at all.
 *
 * @throws UserError where it can't be written
 */
export async function writeNewFile(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx' });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // What began and did not end is no use to anybody.
    if (code === 'ENOSPC') await rm(file, { force: true });
    throw unwritable(file, reasons[code] ?? String(error), error);
  }
}

export const unwritable = (file: string, reason: string, cause?: unknown): UserError =>
  new UserError(`${path.basename(file)} can't be written to ${path.dirname(file)}: ${reason}`, {
    hint: 'allow it, or copy the model to a folder of yours; the concepts stay in the panel until then',
    code: 'panel/unwritable',
    cause,
  });
