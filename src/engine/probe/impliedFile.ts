import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import { picturesOf } from './annotation/index.js';
import { npyFileHead } from './arrayFile.js';
import { readingError, splitKey } from './dataFile.js';
import { arrayDims, isPicture, modelInputs } from './modelInput.js';
import { npzHeads } from './npz.js';
import { holdsPictures, isIdxName } from './packed/index.js';
import { pictureFile } from './pictureFile.js';

/** The probe file that plain data stand for: a folder or a picture, a table, an array. */
export async function impliedFile(data: string, model: OnnxModel): Promise<{ file: ProbeFile; base: string }> {
  const absolute = path.resolve(data);
  const { file, key } = splitKey(absolute);
  const base = path.dirname(absolute);
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw readingError(file, error);
    },
  );
  if (isFolder) {
    const classes = (await readdir(file, { withFileTypes: true })).some((entry) => entry.isDirectory());
    const concepts = classes ? { concepts: { folders: true, auto: true } } : {};
    return { file: { kind: 'images', data: absolute, ...concepts }, base: absolute };
  }
  const extension = path.extname(file).toLowerCase();
  if (extension === '.json') {
    return { file: { kind: 'images', data: await picturesOf(file), concepts: { masks: absolute } }, base };
  }
  if (isIdxName(file) || extension === '.bin') return { file: { kind: 'images', data: absolute }, base };
  if (/^\.np[yz]$/.test(extension) && modelInputs(model).some(isPicture)) {
    const pictures = await picturesIn(file, key);
    if (pictures !== null) return { file: { kind: 'images', data: pictures }, base };
  }
  if (extension === '.csv' || extension === '.tsv' || extension === '.parquet') {
    return { file: { kind: 'states', data: absolute }, base };
  }
  if (extension === '.npy') {
    const { head } = await npyFileHead(file);
    return { file: { kind: head.shape.length <= 2 && !sequence(model) ? 'states' : 'arrays', data: absolute }, base };
  }
  if (extension === '.npz') {
    const chosen = key ?? (await fittingKey(file, model));
    const head = (await npzHeads(file)).get(chosen ?? '');
    if (head instanceof UserError) throw head;
    const flat = head !== undefined && head.shape.length <= 2 && !sequence(model);
    return { file: { kind: flat ? 'states' : 'arrays', data: chosen === null ? file : `${file}:${chosen}` }, base };
  }
  if (pictureFile.test(extension)) return { file: { kind: 'images', data: [absolute] }, base };
  throw new UserError(`${path.basename(file)}: not a probe set`, {
    hint: 'give a folder of pictures, an IDX or CIFAR file, .csv, .parquet, .npy, .npz, annotations or a probe file (.probe.json)',
    code: 'probe/unknown',
  });
}

/** The array of pictures that a file holds: bytes of samples × height × width; null where there is none, or several. */
async function picturesIn(file: string, key: string | null): Promise<string | null> {
  if (/\.npy$/i.test(file)) return holdsPictures((await npyFileHead(file)).head) ? file : null;
  const fitting = [...(await npzHeads(file))].filter(
    ([name, head]) => (key === null || name === key) && !(head instanceof UserError) && holdsPictures(head),
  );
  return fitting.length === 1 ? `${file}:${fitting[0][0]}` : null;
}

/** Whether the model reads sequences of whole numbers, whose columns are no columns of a table. */
const sequence = (model: OnnxModel): boolean => modelInputs(model)[0]?.type.includes('int') ?? false;

/** The array that feeds the model: the only one, the one named as an input, or the only one that fits; else null. */
async function fittingKey(file: string, model: OnnxModel): Promise<string | null> {
  const heads = await npzHeads(file);
  const inputs = modelInputs(model);
  if (heads.size === 1) return [...heads.keys()][0];
  const fitting = [...heads].filter(
    ([, head]) =>
      !(head instanceof UserError) &&
      inputs.some((input) => arrayDims(input, head.shape.slice(1)) !== null && head.shape.length > 1),
  );
  const named = fitting.find(([key]) => inputs.some((input) => input.name === key));
  if (named) return named[0];
  return fitting.length === 1 ? fitting[0][0] : null;
}
