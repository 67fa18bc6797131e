import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, inflateRaw } from 'node:zlib';
import { UserError } from '../../shared/userError.js';
import type { Tensor } from '../runtime/tensor.js';
import { readingError } from './dataFile.js';
import { decodeNpy, npyHead, npyHeadBytes, type NpyHead } from './npy.js';

const inflate = promisify<Buffer, object, Buffer>(inflateRaw);

/** One array of an `.npz` file: where its bytes lie. */
interface Entry {
  key: string;
  /** 0 stored, 8 deflated. */
  compression: number;
  compressed: number;
  size: number;
  crc: number;
  /** Of the entry's local header, from the file's beginning. */
  offset: number;
  encrypted: boolean;
}

/** Keys of the arrays in the file, in its order. */
export async function npzKeys(file: string): Promise<string[]> {
  return withFile(file, async (handle) => (await directory(handle, file)).map((entry) => entry.key));
}

/**
 * Heads of all arrays that are arrays of numbers, by key; reads at most 64 KiB of each.
 * Keys that hold something else have the sentence that says what.
 */
export async function npzHeads(file: string): Promise<Map<string, NpyHead | UserError>> {
  return withFile(file, async (handle) => {
    const heads = new Map<string, NpyHead | UserError>();
    for (const entry of await directory(handle, file)) {
      const name = `${path.basename(file)}:${entry.key}`;
      try {
        heads.set(entry.key, npyHead(await entryBytes(handle, entry, name, npyHeadBytes), name));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        heads.set(entry.key, error);
      }
    }
    return heads;
  });
}

/**
 * @param key null: the only one
 * @throws UserError where the key is missing, or not chosen among several: with the keys that there are
 */
export async function readNpz(file: string, key: string | null): Promise<Tensor> {
  return withFile(file, async (handle) => {
    const entries = await directory(handle, file);
    const name = path.basename(file);
    const choices = `write one of ${entries.map((entry) => `${name}:${entry.key}`).join(', ')}`;
    if (entries.length === 0) throw new UserError(`${name}: the archive holds no array`, { code: 'array/empty' });
    if (key === null && entries.length > 1) {
      throw new UserError(`${name} holds ${entries.length} arrays and none is chosen`, {
        hint: choices,
        code: 'array/no-key',
      });
    }
    const entry = key === null ? entries[0] : entries.find((one) => one.key === key);
    if (!entry) {
      throw new UserError(`${name} has no array "${key}"`, { hint: choices, code: 'array/no-key' });
    }
    const title = `${name}:${entry.key}`;
    return decodeNpy(await entryBytes(handle, entry, title, null), title);
  });
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    throw readingError(file, error);
  }
  try {
    return await use(handle);
  } catch (error) {
    throw readingError(file, error);
  } finally {
    await handle.close();
  }
}

/** The archive's central directory (PKWARE APPNOTE 4.3.12 to 4.3.16, with its 64-bit records). */
async function directory(handle: FileHandle, file: string): Promise<Entry[]> {
  const damaged = (): UserError =>
    new UserError(`${path.basename(file)}: not an .npz file, or a damaged one: its list of arrays can't be found`, {
      hint: 'write it with numpy.savez(file, key=array)',
      code: 'array/unreadable',
    });
  const { size } = await handle.stat();
  // The last record is 22 bytes and a comment of at most 65,535.
  const tail = await readRange(handle, Math.max(0, size - 65557), Math.min(size, 65557));
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > tail.length) throw damaged();
  let count = tail.readUInt16LE(end + 10);
  let length = tail.readUInt32LE(end + 12);
  let offset = tail.readUInt32LE(end + 16);
  const locator = end - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50) {
    const record = await readRange(handle, Number(tail.readBigUInt64LE(locator + 8)), 56);
    if (record.length < 56 || record.readUInt32LE(0) !== 0x06064b50) throw damaged();
    count = Number(record.readBigUInt64LE(32));
    length = Number(record.readBigUInt64LE(40));
    offset = Number(record.readBigUInt64LE(48));
  }
  if (offset + length > size) throw damaged();
  const bytes = await readRange(handle, offset, length);
  const entries: Entry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw damaged();
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) throw damaged();
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const entry: Entry = {
      key: name.replace(/\.npy$/, ''),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      compression: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      compressed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    widen(entry, bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength));
    if (!name.endsWith('/')) entries.push(entry);
    at = next;
  }
  return entries;
}

/** Takes the 64-bit values of extra field 1, which holds only those whose 32-bit field is all ones, in this order. */
function widen(entry: Entry, extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    for (const field of ['size', 'compressed', 'offset'] as const) {
      if (entry[field] !== 0xffffffff || from + 8 > extra.length) continue;
      entry[field] = Number(extra.readBigUInt64LE(from));
      from += 8;
    }
  }
}

/** An entry's content, or its first `limit` bytes; checked against its size and CRC where it is read whole. */
async function entryBytes(handle: FileHandle, entry: Entry, name: string, limit: number | null): Promise<Buffer> {
  const refuse = (what: string): never => {
    throw new UserError(`${name}: ${what}`, { code: 'array/unreadable' });
  };
  if (entry.encrypted) refuse('is encrypted, which is not read');
  if (entry.compression !== 0 && entry.compression !== 8) {
    refuse(`is compressed by method ${entry.compression}; only stored and deflated arrays are read`);
  }
  if (limit === null && entry.size > 0x7fffffff)
    refuse(`is larger than 2 GiB; save it as .npy, which is read in parts`);
  const local = await readRange(handle, entry.offset, 30);
  if (local.length < 30 || local.readUInt32LE(0) !== 0x04034b50) refuse('its entry in the archive is damaged');
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const wanted = limit === null ? entry.compressed : Math.min(entry.compressed, limit);
  const raw = await readRange(handle, start, wanted);
  if (raw.length < wanted) refuse('the archive is cut short');
  if (limit !== null) {
    if (entry.compression === 0) return raw;
    // Z_SYNC_FLUSH gives what the bytes so far hold, instead of an error because they end early.
    const head = await inflate(raw, { finishFlush: constants.Z_SYNC_FLUSH }).catch(() => refuse('is damaged'));
    return head.subarray(0, limit);
  }
  const whole =
    entry.compression === 0
      ? raw
      : await inflate(raw, { maxOutputLength: Math.max(1, entry.size) }).catch(() => refuse('its bytes are damaged'));
  if (whole.length !== entry.size || crc32(whole) !== entry.crc) refuse('its bytes are damaged (checksum)');
  return whole;
}

async function readRange(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, Math.min(buffer.length - done, 1 << 30), offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 of ISO 3309 (Node's own `zlib.crc32` is younger than the Node that editors bring). */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
