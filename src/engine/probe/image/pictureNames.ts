/**
 * Finds pictures by the names that tables and annotations give them: by the relative path, else the file's name, else that
 * without its ending. A name that several pictures bear finds none.
 *
 * @param names of the pictures, relative to their folder, with `/`
 * @returns the index of the picture, or null
 */
export function pictureIndex(names: readonly string[]): (name: string) => number | null {
  const indices = keys.map((key) => {
    const index = new Map<string, number | null>();
    names.forEach((name, i) => index.set(key(name), index.has(key(name)) ? null : i));
    return index;
  });
  return (name) => {
    const wanted = name.trim().replaceAll('\\', '/');
    for (const [i, key] of keys.entries()) {
      const found = indices[i].get(key(wanted));
      if (found !== undefined && found !== null) return found;
    }
    return null;
  };
}

const base = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
const keys: ((name: string) => string)[] = [
  (name) => name.replace(/^\.\//, ''),
  base,
  (name) => base(name).replace(/(?<=.)\.[^.]+$/, ''),
];
