import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { projectRoot } from './sharedData.js';

/** Inside the project, where the bundles find the bundled files and packages as the built ones do; gone with the tests. */
const folder = path.join(projectRoot, 'node_modules', '.cache', `onnxplain-test-${process.pid}`);
const made = new Map<string, Promise<string>>();

/** The command line or the engine as `npm run build` bundles it, made once a run from the sources as they are. */
export function bundle(name: 'cli.js' | 'engine.js'): Promise<string> {
  let file = made.get(name);
  if (!file) {
    file = make(name);
    made.set(name, file);
  }
  return file;
}

async function make(name: string): Promise<string> {
  const script = pathToFileURL(path.join(projectRoot, 'scripts', 'build.mjs')).href;
  const { targets } = (await import(script)) as { targets: (BuildOptions & { outfile: string })[] };
  if (made.size === 1) process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, name);
  // The engine's target brings the codecs that both read from beside them.
  for (const target of targets.filter((one) => ['engine.js', name].includes(path.basename(one.outfile)))) {
    await build({
      ...target,
      entryPoints: (target.entryPoints as string[]).map((entry) => path.join(projectRoot, entry)),
      outfile: path.join(folder, path.basename(target.outfile)),
      sourcemap: false,
    });
  }
  return outfile;
}
