import { open } from 'node:fs/promises';
import path from 'node:path';
import type { OnnxModel } from './onnx/model.js';

/** A list of names is short; a file of this size is something else. */
const longest = 1 << 20;

/**
 * Names of a classifier's outputs, in their order: from the file's metadata (`names`, as Ultralytics writes it), from the
 * maps that scikit-learn's converter makes of scores, or from a text file beside the model with exactly one line a class (`NAME.labels.txt`, `labels.txt`, `classes.txt`, ...).
 *
 * @returns null where nothing says it
 */
export async function classNames(model: OnnxModel, classes: number): Promise<string[] | null> {
  return (
    namesInMetadata(model.metadata.get('names'), classes) ??
    namesOfMaps(model, classes) ??
    (await namesBeside(model.path, classes))
  );
}

function namesOfMaps({ graph }: OnnxModel, classes: number): string[] | null {
  const labels = graph.nodes.find(({ op }) => op === 'ZipMap')?.attributes.get('classlabels_strings');
  return labels?.type === 'strings' && labels.value.length === classes ? labels.value : null;
}

/** `{0: 'person', 1: 'bicycle'}` or `["person", "bicycle"]`. */
function namesInMetadata(text: string | undefined, classes: number): string[] | null {
  if (!text) return null;
  const names: string[] = [];
  if (text.trimStart().startsWith('[')) {
    for (const match of text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)) names.push(match[1] ?? match[2]);
  } else {
    for (const match of text.matchAll(/(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)) {
      names[Number(match[1])] = match[2] ?? match[3];
    }
  }
  return names.length === classes && !names.includes(undefined as unknown as string) ? names : null;
}

async function namesBeside(modelFile: string, classes: number): Promise<string[] | null> {
  const folder = path.dirname(modelFile);
  const stem = path.basename(modelFile, path.extname(modelFile));
  const candidates = [
    `${stem}.labels.txt`,
    `${stem}.classes.txt`,
    `${stem}.txt`,
    'labels.txt',
    'classes.txt',
    'synset.txt',
  ];
  for (const candidate of candidates) {
    const lines = await shortFileLines(path.join(folder, candidate));
    // Synset files have the WordNet id first: it is not what people call the class.
    if (lines?.length === classes) return lines.map((line) => line.replace(/^n\d{8}\s+/, ''));
  }
  return null;
}

async function shortFileLines(file: string): Promise<string[] | null> {
  const handle = await open(file).catch(() => null);
  if (!handle) return null;
  try {
    const { size } = await handle.stat();
    if (size > longest) return null;
    const lines = (await handle.readFile('utf8')).replace(/^\uFEFF/, '').split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return lines.map((line) => line.trim());
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
