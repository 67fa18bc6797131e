import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';

/** The operating system's word for why a file can't be read, as one sentence; other errors pass unchanged. */
export function readingError(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const name = path.basename(file);
  const because = (what: string, hint?: string) =>
    new UserError(`${name}: ${what}`, { hint, code: 'file/unreadable', cause: error });
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return because('no such file', `looked for ${file}`);
    case 'EISDIR':
      return because('is a folder, not a file');
    case 'EACCES':
    case 'EPERM':
      return because('may not be read', 'check its permissions');
    case 'ERR_FS_FILE_TOO_LARGE':
      return because('is larger than 2 GiB', 'save it as .npy, which is read in parts');
    default:
      return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? because(`can't be read (${code})`) : error;
  }
}

/** SHA-256, hex, of a file's bytes followed by a value that says how they are used. */
export async function sha256Of(file: string | null, use: unknown): Promise<string> {
  const hash = createHash('sha256');
  if (file !== null) {
    try {
      for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
    } catch (error) {
      throw readingError(file, error);
    }
  }
  const words = JSON.stringify(use, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value,
  );
  return hash.update(words).digest('hex');
}

/** A file of numbers, and the key in it: `rollouts.npz:obs`. A Windows drive's colon is none. */
export function splitKey(spec: string): { file: string; key: string | null } {
  const at = /\.npz:/i.exec(spec);
  if (!at) return { file: spec, key: null };
  const end = at.index + 4;
  return { file: spec.slice(0, end), key: spec.slice(end + 1) };
}
