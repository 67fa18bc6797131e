// The licences of what is bundled or shipped beside the bundles: their terms ask that they travel along.
import { build } from 'esbuild';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { targets } from './build.mjs';
import { root } from './command.mjs';

/** Shipped as they are. */
const shipped = ['onnxruntime-node', 'onnxruntime-common', 'tree-sitter-python'];

export async function thirdPartyNotices() {
  const names = new Set(shipped);
  for (const target of targets) {
    const { metafile } = await build({ ...target, plugins: [], write: false, metafile: true, sourcemap: false });
    for (const input of Object.keys(metafile.inputs)) {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
      if (name) names.add(name);
    }
  }
  const notices = await Promise.all([...names].sort().map(notice));
  return `Onnxplain is made with the following packages.\n\n${notices.join('\n\n')}\n`;
}

async function notice(name) {
  const folder = path.join(root, 'node_modules', name);
  const { version, license, author } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const terms = file
    ? await readFile(path.join(folder, file), 'utf8')
    : `By ${author?.name ?? author ?? 'its authors'}.`;
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n${terms.trim()}`;
}
