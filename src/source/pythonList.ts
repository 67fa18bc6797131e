/** Strings of a Python list as `repr` writes it: `['', 'layer1', "it's"]`. Null where the text is no such list. */
export function parsePythonList(text: string): string[] | null {
  const body = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  if (body === undefined) {
    return null;
  }
  const found: string[] = [];
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(,|$)/gsy;
  while (item.lastIndex < body.length) {
    const match = item.exec(body);
    if (!match) {
      return null;
    }
    found.push((match[1] ?? match[2]).replace(/\\(.)/gs, '$1'));
    if (match[3] === '') {
      break;
    }
  }
  return found;
}
