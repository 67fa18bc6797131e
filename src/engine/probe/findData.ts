import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isCifarName, isIdxName } from './packed/index.js';
import { pictureFile } from './pictureFile.js';

export interface FoundData {
  probeFiles: string[];
  /** Tables, arrays, files of many pictures. */
  dataFiles: string[];
  /** May be annotations of pictures. */
  jsonFiles: string[];
  /** Folders whose pictures, or whose class folders' pictures, could be a probe set; most pictures first. */
  pictureFolders: { folder: string; pictures: number; more: boolean }[];
}

const dataFile = /\.(csv|tsv|parquet|npy|npz)$/i;
const mostEntries = 5000;
const skipped = new Set(['node_modules', '__pycache__', 'site-packages', 'venv', 'env']);

/**
 * Walks a folder for what could be a probe set, breadth first, in the order of names: at most `depth` levels down and
 * 5,000 entries in all; hidden folders and those of packages are left out, and links are not followed.
 */
export async function findData(root: string, { depth }: { depth: number }): Promise<FoundData> {
  const found: FoundData = { probeFiles: [], dataFiles: [], jsonFiles: [], pictureFolders: [] };
  const pictures = new Map<string, number>();
  let level = [root];
  let left = mostEntries;
  for (let down = 0; down <= depth && level.length > 0; down++) {
    const next: string[] = [];
    for (const folder of level) {
      if (left <= 0) break;
      for (const entry of await entries(folder)) {
        if (left-- <= 0) break;
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.') && !skipped.has(entry.name)) next.push(file);
        } else if (!entry.isFile()) continue;
        else if (/\.probe\.jsonc?$/i.test(entry.name)) found.probeFiles.push(file);
        else if (dataFile.test(entry.name) || isIdxName(entry.name) || isCifarName(entry.name))
          found.dataFiles.push(file);
        else if (/\.json$/i.test(entry.name)) found.jsonFiles.push(file);
        else if (pictureFile.test(entry.name)) pictures.set(folder, (pictures.get(folder) ?? 0) + 1);
      }
    }
    level = next;
  }
  const folders = setsOfPictures(pictures, root);
  found.pictureFolders = [...folders]
    .map(([folder, count]) => ({ folder, pictures: count, more: left <= 0 }))
    .sort((a, b) => b.pictures - a.pictures || (a.folder < b.folder ? -1 : 1));
  return found;
}

/** Folders side by side that hold pictures are one set with a folder for each class. */
function setsOfPictures(pictures: Map<string, number>, root: string): Map<string, number> {
  const siblings = new Map<string, number>();
  for (const folder of pictures.keys()) {
    const parent = path.dirname(folder);
    siblings.set(parent, (siblings.get(parent) ?? 0) + 1);
  }
  const sets = new Map<string, number>();
  for (const [folder, count] of pictures) {
    const parent = path.dirname(folder);
    const isClass = folder !== root && parent !== root && (siblings.get(parent) ?? 0) > 1;
    const set = isClass ? parent : folder;
    sets.set(set, (sets.get(set) ?? 0) + count);
  }
  return sets;
}

async function entries(folder: string): Promise<Dirent[]> {
  try {
    const all = await readdir(folder, { withFileTypes: true });
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // A folder that may not be read, or went away meanwhile, offers nothing.
    return [];
  }
}
