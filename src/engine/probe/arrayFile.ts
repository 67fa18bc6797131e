import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import type { Tensor, TensorType } from '../runtime/tensor.js';
import { readingError, splitKey } from './dataFile.js';
import { decodeElements, decodeNpy, elementBytes, elementType, npyHead, npyHeadBytes, sizeOf } from './npy.js';
import { readNpz } from './npz.js';

/** An array whose first axis is the sample; large files are read where samples are asked for. */
export interface SampleArray {
  type: TensorType;
  shape: readonly number[];
  /** Samples [first, first + count), in C order; fewer where the array ends. */
  rows(first: number, count: number): Promise<Tensor['data']>;
}

/**
 * A whole array from `file.npy`, `file.npz` (with one array in it) or `file.npz:key`.
 *
 * @throws UserError one sentence that says what is wrong with the file
 */
export async function readArray(spec: string): Promise<Tensor> {
  const { file, key } = splitKey(spec);
  const extension = path.extname(file).toLowerCase();
  if (extension === '.npz') return readNpz(file, key);
  if (extension !== '.npy') {
    throw new UserError(`${path.basename(file)}: not an array file`, { hint: 'give .npy, .npz or .npz:key' });
  }
  try {
    return decodeNpy(await readFile(file), path.basename(file));
  } catch (error) {
    throw readingError(file, error);
  }
}

/** As `readArray`, but a `.npy` in C order stays on disk. */
export async function openArray(spec: string): Promise<SampleArray> {
  const { file } = splitKey(spec);
  if (path.extname(file).toLowerCase() !== '.npy') return inMemory(await readArray(spec));
  const name = path.basename(file);
  const { head, size } = await npyFileHead(file);
  if (head.fortran) return inMemory(await readArray(spec));
  const bytesPerRow = sizeOf(head.shape.slice(1)) * elementBytes(head);
  if (size < head.offset + sizeOf(head.shape) * elementBytes(head)) {
    throw new UserError(
      `${name}: the file is cut short: ${head.shape.join(' × ')} of "${head.element}" takes ` +
        `${sizeOf(head.shape) * elementBytes(head)} bytes, there are ${size - head.offset}`,
      { hint: 'copy or download it again', code: 'array/truncated' },
    );
  }
  return {
    type: elementType(head),
    shape: head.shape,
    async rows(first, count) {
      const rows = Math.max(0, Math.min(count, (head.shape[0] ?? 1) - first));
      return decodeElements(head, await readBytes(file, head.offset + first * bytesPerRow, rows * bytesPerRow));
    },
  };
}

/** Head and size of a `.npy` file. */
export async function npyFileHead(file: string): Promise<{ head: ReturnType<typeof npyHead>; size: number }> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.min(size, npyHeadBytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return { head: npyHead(buffer.subarray(0, bytesRead), path.basename(file)), size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readingError(file, error);
  }
}

/** An array that is held in memory. */
export function inMemory(array: Tensor): SampleArray {
  const perRow = sizeOf(array.dims.slice(1));
  const data = array.data as Float32Array;
  return {
    type: array.type,
    shape: array.dims,
    rows: async (first, count) => data.subarray(first * perRow, (first + count) * perRow),
  };
}

async function readBytes(file: string, offset: number, length: number): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      // Of its own (not from Buffer's pool), so that the elements are aligned.
      const buffer = Buffer.from(new ArrayBuffer(length));
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, Math.min(length - done, 1 << 30), offset + done);
        if (bytesRead === 0) throw new UserError(`${path.basename(file)}: became shorter while it was read`);
        done += bytesRead;
      }
      return buffer;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readingError(file, error);
  }
}
