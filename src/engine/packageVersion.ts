import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Version of this package, from the package.json beside its media folder. */
export function packageVersion(media: string): string {
  return (JSON.parse(readFileSync(path.join(media, '..', 'package.json'), 'utf8')) as { version: string }).version;
}
