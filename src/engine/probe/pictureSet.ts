import { createHash, type Hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { sha256Of, splitKey } from './dataFile.js';
import {
  cannotPrepare,
  decodeFile,
  findPictures,
  type PictureFile,
  type Preparation,
  type Raster,
} from './image/index.js';
import { isPacked, openPacked, type ClassNamer } from './packed/index.js';
import { placeOf } from './probeTitle.js';

/** A picture of a probe set: a file of its own, or one of many in a file. */
export type ListedPicture = Omit<PictureFile, 'path'> & { path: string | null };

/** The pictures of a probe set, wherever they lie. */
export interface PictureSet {
  /** Of the set, without the number of pictures. */
  title: string;
  /** The folder or file that they lie in. */
  path: string;
  pictures: ListedPicture[];
  /** As stored, the right way up. */
  decode(sample: number): Promise<Raster>;
  /** Adds all that decides what the pictures are. */
  hashInto(hash: Hash): Promise<void>;
  /** How the data were understood and what was left out, one sentence each. */
  notes: string[];
}

/**
 * @param data a folder, a list of picture files, or one file of many pictures (IDX, CIFAR, `.npy`, `.npz:key`)
 * @param roots folders of the workspace, whose names no title needs
 * @param ofModel names of classes that the data have as numbers alone
 * @throws UserError where there is no picture that can be read
 */
export async function pictureSet(
  base: string,
  data: string | string[],
  preparation: Preparation,
  roots?: readonly string[],
  ofModel: ClassNamer | null = null,
): Promise<PictureSet> {
  if (isPacked(data)) return packedSet(path.resolve(base, data), preparation, ofModel);
  const { files, skipped } = await findPictures(base, data, (header) => cannotPrepare(header, preparation));
  const folder = Array.isArray(data) ? null : path.resolve(base, data);
  return {
    title: placeOf(folder ?? base, roots),
    path: folder ?? base,
    pictures: files,
    decode: (sample) => decodeFile(files[sample].path),
    async hashInto(hash) {
      for (const { path: picture, name } of files) {
        const digest = createHash('sha256')
          .update(await readFile(picture))
          .digest();
        hash.update(name).update('\0').update(digest);
      }
    },
    notes: skippedSentence(skipped),
  };
}

async function packedSet(spec: string, preparation: Preparation, ofModel: ClassNamer | null): Promise<PictureSet> {
  const { count, width, height, classes, notes, files, raster } = await openPacked(spec, ofModel);
  const obstacle = cannotPrepare({ width, height }, preparation);
  if (obstacle) throw new UserError(`${path.basename(spec)}: of its pictures, ${obstacle}`);
  return {
    title: path.basename(spec),
    path: splitKey(spec).file,
    pictures: Array.from({ length: count }, (_, i) => ({
      name: String(i),
      path: null,
      folder: classes?.[i] ?? null,
      width,
      height,
    })),
    decode: raster,
    async hashInto(hash) {
      for (const file of files) hash.update(await sha256Of(file, splitKey(spec).key));
    },
    notes,
  };
}

function skippedSentence(skipped: { name: string; why: string }[]): string[] {
  if (!skipped.length) return [];
  const named = skipped.slice(0, 3).map(({ name, why }) => `${name} (${why})`);
  const more = skipped.length > 3 ? ` and ${skipped.length - 3} more` : '';
  const these = skipped.length === 1 ? '1 picture was' : `${skipped.length} pictures were`;
  return [`${these} left out, because they cannot be read: ${named.join(', ')}${more}.`];
}
