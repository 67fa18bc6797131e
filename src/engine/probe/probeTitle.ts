import path from 'node:path';

/** Names of folders that say only what is in every such folder: the one above says whose they are. */
const saysNothing = /^(data|dataset|examples?|images?|img|imgs|inputs?|photos?|pics|pictures?|samples?)$/i;
/** Parts of a data set, named together with it. */
const part = /^(train|training|test|testing|val|valid|validation|eval)$/i;

/**
 * A folder of pictures in a word or two: `fashion` for `…/fashion/pictures`, `fashion/test` for `…/fashion/images/test`.
 *
 * @param roots folders of the workspace: everything lies in them, so their names say nothing
 */
export function placeOf(folder: string, roots: readonly string[] = []): string {
  const name = path.basename(folder);
  const above = path.dirname(folder);
  // At the root of the disk there is nothing above.
  if (path.basename(above) === '' || roots.includes(folder) || roots.includes(above)) return name || folder;
  if (saysNothing.test(name)) return placeOf(above, roots);
  return part.test(name) ? `${placeOf(above, roots)}/${name}` : name;
}

/** `fashion · 1,000 pictures`, `states.csv · 1 row` */
export function probeTitle(place: string, count: number, noun: string): string {
  return `${place} · ${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A title of a probe set that comes with Onnxplain: `fashion sample · 1,000 pictures`, `policy sample: states.csv · 8,000 rows` */
export function sampleTitle(stem: string, title: string): string {
  return title.startsWith(`${stem} · `) ? `${stem} sample${title.slice(stem.length)}` : `${stem} sample: ${title}`;
}
