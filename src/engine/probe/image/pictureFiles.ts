import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { looksLikePicture, readHeader, readPictureFile } from './decode.js';
import { PictureError, type PictureHeader } from './header.js';

export interface PictureFile {
  path: string;
  /** Relative to the data folder, or as listed (of an absolute path the last part); with `/`. */
  name: string;
  /** First folder below the data folder; null for files that lie in it, and for listed files. */
  folder: string | null;
  /** The way up that it is shown, in pixels. */
  width: number;
  height: number;
}

export interface PictureFiles {
  /** In natural order of their names (`2.png` before `10.png`), the same on every machine. */
  files: PictureFile[];
  skipped: { name: string; why: string }[];
}

const pictureName = /\.(jpe?g|jfif|png|webp|gif|bmp|dib)$/i;
const mostEntries = 2_000_000;

/**
 * The pictures of a probe set. A folder is searched recursively; hidden files and folders are passed over, and so is what is
 * no picture by name and content. Pictures that are damaged are left out and named in `skipped`.
 *
 * @param data folder, or list of files, relative to `base`
 * @param refuses why a picture cannot be used although it can be read; null where it can
 */
export async function findPictures(
  base: string,
  data: string | string[],
  refuses: (header: PictureHeader) => string | null = () => null,
): Promise<PictureFiles> {
  const listed = Array.isArray(data);
  const candidates = listed ? listedFiles(base, data) : await filesOf(path.resolve(base, data));
  const files: PictureFile[] = [];
  const skipped: PictureFiles['skipped'] = [];
  const verdicts = await mapInOrder(candidates, 8, (file) => verdict(file, listed, refuses));
  verdicts.forEach((found, i) => {
    if (found instanceof Object) files.push({ ...candidates[i], ...found });
    else if (found !== '') skipped.push({ name: candidates[i].name, why: found });
  });
  if (files.length === 0) {
    const where = listed ? '"data"' : path.resolve(base, data);
    const first = skipped[0];
    throw new UserError(
      first
        ? `${where}: none of its ${skipped.length} pictures can be read; the first, ${first.name}: ${first.why}`
        : `${where}: no pictures there`,
      { hint: 'JPEG, PNG, WebP, GIF and BMP are read', code: 'probe/no-pictures' },
    );
  }
  return { files, skipped };
}

type Candidate = Omit<PictureFile, 'width' | 'height'>;

function listedFiles(base: string, list: string[]): Candidate[] {
  const nameOf = (file: string) => (path.isAbsolute(file) ? path.basename(file) : file.split(path.sep).join('/'));
  return list.map((file) => ({ path: path.resolve(base, file), name: nameOf(file), folder: null }));
}

async function filesOf(root: string): Promise<Candidate[]> {
  const files: Candidate[] = [];
  const visited = new Set<string>();
  let entries = 0;
  const walk = async (folder: string, parts: string[]): Promise<void> => {
    const real = await realpath(folder);
    // Links may lead back up.
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      if (++entries > mostEntries) {
        throw new UserError(`${root} holds more than ${mostEntries.toLocaleString('en')} files`, {
          hint: 'name the folder of the pictures',
          code: 'probe/too-many',
        });
      }
      const full = path.join(folder, entry.name);
      const target = entry.isSymbolicLink() ? await stat(full).catch(() => null) : entry;
      if (target?.isDirectory()) await walk(full, [...parts, entry.name]);
      else if (target?.isFile()) {
        files.push({ path: full, name: [...parts, entry.name].join('/'), folder: parts[0] ?? null });
      }
    }
  };
  try {
    await walk(root, []);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'there is no such folder'
        : code === 'ENOTDIR'
          ? 'it is not a folder'
          : `it cannot be read (${code})`;
    throw new UserError(`${root}: ${why}`, { hint: 'name a folder of pictures', code: 'probe/folder', cause: error });
  }
  return files.sort((a, b) => naturally(a.name, b.name));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

/** Numbers in names count by value; what the collator takes for equal (`1` and `01`) goes by its characters. */
const naturally = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);

/** The size of a picture; empty: none and not meant to be one; else what is wrong with it. */
async function verdict(
  file: Candidate,
  listed: boolean,
  refuses: (header: PictureHeader) => string | null,
): Promise<{ width: number; height: number } | string> {
  try {
    if (!listed && !pictureName.test(file.name) && !looksLikePicture(await firstBytes(file.path))) return '';
    const header = readHeader(await readPictureFile(file.path));
    const { width, height } = header;
    return refuses(header) ?? (header.orientation >= 5 ? { width: height, height: width } : { width, height });
  } catch (error) {
    // A file in a list was asked for by name.
    if (listed && error instanceof UserError) throw error;
    if (error instanceof PictureError) return error.message;
    const code = (error as NodeJS.ErrnoException).code;
    return code ? `it cannot be read (${code})` : 'it is damaged';
  }
}

async function firstBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Applies `work` to the items, `width` at a time; results stand in the items' order. */
export async function mapInOrder<In, Out>(
  items: readonly In[],
  width: number,
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Array<Out>(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
