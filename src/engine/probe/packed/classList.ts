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

/** Of two classes of one name (`crane` and `crane`) each with its number: they are two. */
const distinct = (names: readonly string[]): string[] =>
  names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${i})`));

/** Names of so many classes, from somewhere else; null where it has none, or another number of them. */
export type ClassNamer = (classes: number) => Promise<string[] | null>;

/**
 * Names of class numbers: from a file beside them, else `elsewhere` where that has exactly as many.
 *
 * @returns and the sentence that says so, where they are from elsewhere
 */
export async function classList(
  folder: string,
  classes: number,
  elsewhere: ClassNamer | null,
  named?: string[],
): Promise<{ names: string[] | null; notes: string[] }> {
  const beside = await namesIn(folder, classes, named);
  if (beside || !elsewhere) return { names: beside && distinct(beside), notes: [] };
  const found = await elsewhere(classes);
  const names = found && distinct(found);
  const notes = names
    ? [
        `Nothing beside them names the classes: they are called as the model calls its ${classes} outputs, in that order.`,
      ]
    : [];
  return { names, notes };
}
