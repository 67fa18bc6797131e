import path from 'node:path';
import { splitKey } from '../dataFile.js';
import { arrayPictures } from './arrayPictures.js';
import { cifarPictures, isCifarName } from './cifar.js';
import { idxPictures, isIdxName } from './idx.js';
import type { ClassNamer } from './classList.js';
import type { PackedPictures } from './packedPictures.js';

export { holdsPictures } from './arrayPictures.js';
export { cifarLabels, isCifarName } from './cifar.js';
export { idxHead, isIdxName, readIdx } from './idx.js';
export type { ClassNamer } from './classList.js';
export type { PackedPictures } from './packedPictures.js';

/** What reads a file of many pictures, by the file's name. */
const readers: {
  is(file: string): boolean;
  open(spec: string, ofModel: ClassNamer | null): Promise<PackedPictures>;
}[] = [
  { is: isIdxName, open: idxPictures },
  { is: isCifarName, open: cifarPictures },
  { is: (file) => /\.bin$/i.test(file), open: cifarPictures },
  { is: (file) => /\.np[yz]$/i.test(file), open: arrayPictures },
];

/** Whether this names one file of many pictures. */
export const isPacked = (data: string | string[]): data is string =>
  typeof data === 'string' && readers.some(({ is }) => is(path.basename(splitKey(data).file)));

/**
 * The pictures in an IDX file, a CIFAR file or an array.
 *
 * @param spec    the file; of an `.npz` also `file.npz:key`
 * @param ofModel names of the classes where nothing beside the file has them
 */
export function openPacked(spec: string, ofModel: ClassNamer | null): Promise<PackedPictures> {
  return readers.find(({ is }) => is(path.basename(splitKey(spec).file)))!.open(spec, ofModel);
}
