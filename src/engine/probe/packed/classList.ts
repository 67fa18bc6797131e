import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const files = ['batches.meta.txt', 'labels.txt', 'classes.txt', 'class_names.txt'];
/** A list of names is short. */
const longest = 1 << 20;

/** Names of classes in a folder: the first text file of the usual names that has at least `classes` lines; null without one. */
export async function namesIn(folder: string, classes: number, named = files): Promise<string[] | null> {
  for (const name of named) {
    const file = path.join(folder, name);
    const size = await stat(file).then(
      ({ size }) => size,
      () => Infinity,
    );
    if (size > longest) continue;
    const lines = (await readFile(file, 'utf8').catch(() => '')).split(/\r?\n/).map((line) => line.trim());
    while (lines.at(-1) === '') lines.pop();
    if (lines.length >= classes && !lines.includes('')) return lines;
  }
  return null;
}
