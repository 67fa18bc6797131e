import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { UserError } from '../../../shared/userError.js';
import { readingError } from '../dataFile.js';
import { classList, type ClassNamer } from './classList.js';
import type { PackedPictures } from './packedPictures.js';

const unzip = promisify<Buffer, object, Buffer>(gunzip);

/** Names as MNIST and its kin have them: `t10k-images-idx3-ubyte.gz`, `train-images.idx3-ubyte`. */
export const isIdxName = (file: string): boolean =>
  /[-.]idx\d(-ubyte)?(\.gz)?$|[-_]ubyte(\.gz)?$|\.idx(\.gz)?$/i.test(file);

export interface IdxHead {
  /** Axes, the sample first. */
  dims: number[];
  /** Where the elements begin, in bytes. */
  offset: number;
}

/** Enough for a header of any number of axes, and for what gzip puts before it. */
const headBytes = 4096;

/**
 * The head of an IDX file (LeCun, Cortes, Burges; the format of MNIST): two zeros, the type of the elements, the number of
 * axes, then each axis as 32 bits, most significant first. Of types bytes are read.
 */
export async function idxHead(file: string): Promise<IdxHead> {
  const bytes = Buffer.alloc(headBytes);
  try {
    const handle = await open(file, 'r');
    const { bytesRead } = await handle.read(bytes, 0, headBytes, 0).finally(() => handle.close());
    return headOf(await unpacked(bytes.subarray(0, bytesRead), file, null), path.basename(file));
  } catch (error) {
    throw readingError(file, error);
  }
}

function headOf(bytes: Buffer, name: string): IdxHead {
  const refuse = (what: string, hint?: string): never => {
    throw new UserError(`${name}: ${what}`, { hint, code: 'idx/unreadable' });
  };
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    refuse('no IDX file: it does not begin with two zeros', "MNIST's format is read, as it is or gzipped");
  }
  const [, , type, axes] = bytes;
  if (type !== 0x08) refuse(`its elements are of type 0x${type.toString(16).padStart(2, '0')}; bytes (0x08) are read`);
  if (axes < 1 || axes > 4) refuse(`it has ${axes} axes; 1 to 4 are read`);
  if (bytes.length < 4 + 4 * axes) refuse('the file ends within its header');
  const dims = Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  return { dims, offset: 4 + 4 * axes };
}

/** Its elements and axes. @throws UserError where the file has another length than its header says */
export async function readIdx(file: string): Promise<{ dims: number[]; values: Uint8Array }> {
  const name = path.basename(file);
  const { dims, offset } = await idxHead(file);
  const size = dims.reduce((product, axis) => product * axis, 1);
  const refuse = (what: string): never => {
    throw new UserError(
      `${name}: ${dims.join(' × ')} elements take ${(offset + size).toLocaleString('en')} bytes, ${what}`,
      {
        hint: 'copy or download it again',
        code: 'idx/length',
      },
    );
  };
  if (size > 2 ** 31 - 1 - offset) refuse('which is more than 2 GiB');
  const bytes = await readFile(file)
    .then((content) => unpacked(content, file, offset + size))
    .catch((error: unknown) => {
      throw readingError(file, error);
    });
  if (bytes.length !== offset + size) {
    refuse(
      bytes.length < offset + size
        ? `and the file ends after ${bytes.length.toLocaleString('en')}`
        : 'and the file is longer',
    );
  }
  return { dims, values: bytes.subarray(offset) };
}

/** @param expected bytes that should come out; null: only the first are wanted */
async function unpacked(bytes: Buffer, file: string, expected: number | null): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    // One byte more, so that a file that is longer is seen to be.
    const limit = expected === null ? {} : { maxOutputLength: expected + 1 };
    return await unzip(bytes, { ...limit, ...(expected === null ? { finishFlush: constants.Z_SYNC_FLUSH } : {}) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UserError(`${path.basename(file)}: the file is longer than its header says`, { code: 'idx/length' });
    }
    throw new UserError(`${path.basename(file)}: can't be unzipped (${(error as Error).message})`, {
      hint: 'copy or download it again',
      code: 'idx/unreadable',
    });
  }
}

/** `train-images-idx3-ubyte` with its labels in `train-labels-idx1-ubyte` beside it. */
export async function idxPictures(file: string, ofModel: ClassNamer | null): Promise<PackedPictures> {
  const name = path.basename(file);
  const { dims, values } = await readIdx(file);
  const [count, height = 0, width = 0, channels = 1] = dims;
  if (dims.length < 3 || (channels !== 1 && channels !== 3) || height * width === 0 || count === 0) {
    throw new UserError(`${name}: pictures are samples × height × width, these are ${dims.join(' × ')}`, {
      hint: dims.length === 1 ? 'these are labels: give the file of pictures' : undefined,
      code: 'idx/no-pictures',
    });
  }
  const notes: string[] = [];
  const files = [file];
  let classes: string[] | null = null;
  const labels = await labelsBeside(file);
  if (labels) {
    const found = await readIdx(labels);
    if (found.dims.length !== 1 || found.dims[0] !== count) {
      notes.push(
        `${path.basename(labels)} has ${found.dims.join(' × ')} labels, ${name} ${count} pictures: it was left out.`,
      );
    } else {
      const most = found.values.reduce((highest, label) => Math.max(highest, label), 0) + 1;
      const list = await classList(path.dirname(file), most, ofModel);
      classes = Array.from(found.values, (label) => list.names?.[label] ?? String(label));
      files.push(labels);
      notes.push(`The classes are those of ${path.basename(labels)}.`, ...list.notes);
    }
  }
  const size = height * width * channels;
  return {
    count,
    width,
    height,
    classes,
    notes,
    files,
    raster: async (index) => ({
      width,
      height,
      channels,
      data: values.subarray(index * size, (index + 1) * size),
    }),
  };
}

async function labelsBeside(file: string): Promise<string | null> {
  const name = path.basename(file).replace(/\.gz$/i, '');
  const labels = name.replace(/images?/i, 'labels').replace(/idx\d/i, 'idx1');
  if (labels === name) return null;
  for (const candidate of [labels, `${labels}.gz`]) {
    const beside = path.join(path.dirname(file), candidate);
    if (
      await stat(beside).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return beside;
  }
  return null;
}
