import { readdir } from 'node:fs/promises';
import path from 'node:path';

export interface BundledProbe {
  /** `cartpole/policy`: folder and file name without `.probe.json`. */
  name: string;
  stem: string;
  path: string;
}

/** The probe sets that come with Onnxplain: every probe file one folder down, in the order of their names. */
export async function bundledProbes(folder: string): Promise<BundledProbe[]> {
  const found: BundledProbe[] = [];
  for (const inner of await subfolders(folder)) {
    const names = await readdir(path.join(folder, inner));
    for (const file of names.filter((name) => name.endsWith('.probe.json'))) {
      const stem = file.slice(0, -'.probe.json'.length);
      found.push({ name: `${inner}/${stem}`, stem, path: path.join(folder, inner, file) });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    // A build without the sample has no bundled probe sets.
    return [];
  }
}
