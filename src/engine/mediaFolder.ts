import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of bundled files: `media` in the package, wherever this module was bundled to. */
export function mediaFolder(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const media = path.join(folder, 'media');
    if (existsSync(path.join(media, 'sample'))) return media;
    if (folder === path.dirname(folder)) throw new Error('the package holds no media/sample');
  }
}
