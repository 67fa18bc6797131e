import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { jsonParts } from './jsonParts.js';

/** Names that are looked for: enough to tell a folder of the right pictures from another. */
const examined = 20;
/** Parts of the file that are looked through for them. */
const mostParts = 100_000;

/**
 * The folder of the pictures that a file of annotations speaks of: its own, one beside it or one beside its folder, in which
 * some of the first pictures lie (COCO has `annotations/instances_val2017.json` and `val2017/`).
 *
 * @throws UserError where there is none
 */
export async function picturesOf(file: string): Promise<string> {
  const names = await firstNames(file);
  const own = path.dirname(path.resolve(file));
  const folders = [own, ...(await foldersIn(own)), ...(await foldersIn(path.dirname(own)))];
  for (const folder of folders) {
    for (const name of names) {
      const found = await stat(path.join(folder, name)).then(
        (entry) => entry.isFile(),
        () => false,
      );
      if (found) return folder;
    }
  }
  const example = names[0] === undefined ? '' : `, such as ${names[0]},`;
  throw new UserError(
    `${path.basename(file)}: its pictures${example} are neither beside it nor in a folder beside it`,
    {
      hint: 'write a probe file: { "kind": "images", "data": the folder, "concepts": { "masks": this file } }',
      code: 'probe/no-pictures',
    },
  );
}

async function firstNames(file: string): Promise<string[]> {
  const names: string[] = [];
  let parts = 0;
  for await (const { key, value } of jsonParts(file)) {
    const entries = key === '_via_img_metadata' ? Object.values(value as object) : [value];
    for (const entry of entries as ({ file_name?: unknown; filename?: unknown } | null)[]) {
      const name = entry?.file_name ?? entry?.filename;
      if (typeof name === 'string' && (key !== 'annotations' || !/\.png$/i.test(name))) names.push(name);
      if (names.length >= examined || ++parts > mostParts) return names;
    }
  }
  return names;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => path.join(folder, entry.name))
    .sort();
}
