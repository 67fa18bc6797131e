import path from 'node:path';
import type { PythonIndex } from './python/pythonIndex.js';

/** A file of training code with the files of the workspace that it imports. */
export interface PythonProgram {
  /** Path of the file at hand. */
  file: string;
  /** By path; the file at hand is the first. */
  files: ReadonlyMap<string, PythonIndex>;
}

/** Files read for one program at most. */
const mostFiles = 64;
/** Folders looked into above the file's own. */
const upwards = 6;

/** Packages that hold no code of the user's. */
const foreign = new Set(
  'torch torchvision torchaudio lightning pytorch_lightning tensorflow tf keras jax flax haiku optax numpy scipy pandas matplotlib sklearn onnx onnxruntime onnxscript tf2onnx PIL cv2 tqdm gymnasium gym transformers timm einops os sys re math json csv time random typing collections functools itertools pathlib argparse dataclasses abc copy warnings logging shutil subprocess glob pickle io enum contextlib __future__ unittest pytest wandb yaml'.split(
    ' ',
  ),
);

/**
 * Reads a file's imports, theirs, and so on, as far as they lie in the workspace.
 *
 * @param read gives the index of the file at a path, or null where there is none; must not throw
 */
export async function readProgram(
  file: string,
  index: PythonIndex,
  read: (file: string) => Promise<PythonIndex | null>,
): Promise<PythonProgram> {
  const files = new Map([[file, index]]);
  const asked = new Map<string, Promise<PythonIndex | null>>();
  const ask = async (place: string): Promise<PythonIndex | null> => {
    const known = files.get(place);
    if (known) return known;
    let answer = asked.get(place);
    if (!answer) asked.set(place, (answer = read(place)));
    return answer;
  };
  const queue = [file];
  for (let from = queue.shift(); from !== undefined; from = queue.shift()) {
    // A package that is elsewhere is asked for in many places: all at once.
    const imports = [...importsOf(files.get(from)!)].map((specifier) => placesOf(from, specifier));
    const answers = await Promise.all(imports.map((places) => Promise.all(places.map(ask))));
    for (const [i, found] of answers.entries()) {
      const at = found.findIndex((answer) => answer !== null);
      if (at < 0 || files.has(imports[i][at])) continue;
      if (files.size >= mostFiles) return { file, files };
      files.set(imports[i][at], found[at]!);
      queue.push(imports[i][at]);
    }
  }
  return { file, files };
}

/** The file that an import means, among those of the program. */
export function importedFile(program: PythonProgram, from: string, specifier: string): string | null {
  return placesOf(from, specifier).find((place) => program.files.has(place)) ?? null;
}

/** Modules that a file imports, and the names that may be modules themselves (`from blocks import conv`). */
function importsOf(index: PythonIndex): Set<string> {
  const found = new Set<string>();
  for (const { source } of index.chunks) {
    if (!source.text.includes('import')) continue;
    for (const [, module, names] of source.text.matchAll(
      /^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|.*)/gm,
    )) {
      found.add(module);
      for (const [name] of names.matchAll(/[A-Za-z_]\w*/g))
        if (name !== 'as') found.add(module.endsWith('.') ? `${module}${name}` : `${module}.${name}`);
    }
    for (const [, modules] of source.text.matchAll(/^[ \t]*import[ \t]+([\w., \t]+)/gm))
      for (const part of modules.split(',')) found.add(part.trim().split(/\s/)[0]);
  }
  return new Set([...found].filter((name) => name && !foreign.has(name.split('.')[0])));
}

/** Where a module may lie: for `.blocks` beside the file, for `models.blocks` in its folder or one above. */
function placesOf(from: string, specifier: string): string[] {
  const [, dots, name] = /^(\.*)(.*)$/.exec(specifier)!;
  const parts = name ? name.split('.') : [];
  let folder = path.dirname(from);
  if (dots) {
    for (let i = 1; i < dots.length; i++) folder = path.dirname(folder);
    return candidates(folder, parts);
  }
  const found: string[] = [];
  for (let i = 0; i <= upwards; i++) {
    found.push(...candidates(folder, parts));
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return found;
}

function candidates(folder: string, parts: readonly string[]): string[] {
  const base = path.join(folder, ...parts);
  const inside = path.join(base, '__init__.py');
  return parts.length > 0 ? [`${base}.py`, inside] : [inside];
}
