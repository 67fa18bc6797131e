import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Folders that hold no models of the user's. */
const skipped = new Set(['node_modules', '__pycache__', 'site-packages', 'venv', 'env', 'build', 'dist']);
const mostModels = 32;
const mostFolders = 400;
const deepest = 3;
const upwards = 2;

/** The .onnx files in a file's folder and those below it, then in the folders above with theirs; nearest first. */
export async function modelsNear(file: string): Promise<string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  let folders = 0;
  const look = async (folder: string, depth: number): Promise<void> => {
    const key = path.resolve(folder);
    if (seen.has(key) || ++folders > mostFolders || found.size >= mostModels) return;
    seen.add(key);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isFile() && /\.onnx$/i.test(entry.name)).map(({ name }) => name);
    for (const name of names.sort()) if (found.size < mostModels) found.add(path.join(folder, name));
    if (depth >= deepest) return;
    for (const entry of entries)
      if (entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name))
        await look(path.join(folder, entry.name), depth + 1);
  };
  let folder = path.dirname(file);
  for (let i = 0; i <= upwards; i++) {
    await look(folder, i === 0 ? 0 : deepest - 1);
    folder = path.join(folder, '..');
  }
  return [...found];
}
