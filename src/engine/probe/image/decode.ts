import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../../shared/userError.js';
import { decodeBmp, isBmp, readBmp } from './bmp.js';
import { decodeGif, isGif, readGif } from './gif.js';
import { PictureError, unreadable, type PictureFormat, type PictureHeader } from './header.js';
import { decodeJpeg, isJpeg, readJpeg } from './jpeg.js';
import { upright } from './orientation.js';
import { decodePng, isPng, readPng } from './png.js';
import type { Raster } from './raster.js';
import { decodeWebp, isWebp, readWebp } from './webp.js';

interface Format {
  is(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array): PictureHeader;
  decode(bytes: Uint8Array): Raster | Promise<Raster>;
}

/** The formats that are read. What a file is says its content, not its name. */
const formats: Record<PictureFormat, Format> = {
  jpeg: { is: isJpeg, read: readJpeg, decode: decodeJpeg },
  png: { is: isPng, read: readPng, decode: decodePng },
  webp: { is: isWebp, read: readWebp, decode: decodeWebp },
  gif: { is: isGif, read: readGif, decode: decodeGif },
  bmp: { is: isBmp, read: readBmp, decode: decodeBmp },
};

function formatOf(bytes: Uint8Array): Format {
  const format = Object.values(formats).find(({ is }) => is(bytes));
  if (format) return format;
  if (bytes.length === 0) throw new PictureError('it is empty');
  if (Buffer.from(bytes.subarray(0, 40)).toString('latin1').startsWith('version https://git-lfs')) {
    throw new PictureError('it is a Git LFS pointer; run git lfs pull');
  }
  throw new PictureError('its first bytes are those of no picture format');
}

/** Whether the first 16 bytes or more are those of a picture. */
export const looksLikePicture = (bytes: Uint8Array): boolean => Object.values(formats).some(({ is }) => is(bytes));

/** Size and orientation, after a check that the file is whole; no pixel is decoded. Throws PictureError. */
export function readHeader(bytes: Uint8Array): PictureHeader {
  const { format, width, height, orientation } = formatOf(bytes).read(bytes);
  return { format, width, height, orientation };
}

/**
 * The pixels of a JPEG, PNG, WebP, GIF (first frame) or BMP as `PIL.ImageOps.exif_transpose(Image.open(file)).convert('RGB')`
 * gives them: alpha dropped, the way up that EXIF says. Grey pictures have one channel.
 *
 * @param name how the sentence names the picture that cannot be read
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Raster> {
  try {
    const format = formatOf(bytes);
    return upright(await format.decode(bytes), format.read(bytes).orientation);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** As `decodePicture`, from a file. */
export async function decodeFile(file: string): Promise<Raster> {
  try {
    return await decodePicture(await readPictureFile(file), file);
  } catch (error) {
    throw error instanceof PictureError ? unreadable(file, error) : error;
  }
}

const largestFile = 1 << 29;

export async function readPictureFile(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > largestFile) throw new PictureError('it is larger than 512 MB');
    return await readFile(file);
  } catch (error) {
    if (error instanceof PictureError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${code})`;
    throw new UserError(`${file}: ${why}`, { hint: 'name a picture', code: 'probe/file', cause: error });
  }
}
