import webp from '@jsquash/webp/codec/dec/webp_dec.js';
import { exifOrientation } from './exif.js';
import { checkSize, PictureError, type PictureHeader } from './header.js';
import { fromRgba, type Raster } from './raster.js';
import { wasmCodec, type WasmPicture } from './wasmModule.js';

interface WebP extends PictureHeader {
  /** Animations: the chunks of the first frame, and where it lies on the canvas. */
  frame: { x: number; y: number; width: number; height: number; chunks: Uint8Array } | null;
}

export const isWebp = (bytes: Uint8Array): boolean => ascii(bytes, 0) === 'RIFF' && ascii(bytes, 8) === 'WEBP';

const ascii = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Reads the RIFF chunks (RFC 9649). */
export function readWebp(bytes: Uint8Array): WebP {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 20 || view.getUint32(4, true) + 8 > bytes.length) {
    throw new PictureError('the file ends in the middle');
  }
  const end = view.getUint32(4, true) + 8;
  let size: { width: number; height: number } | null = null;
  let orientation = 1;
  let frame: WebP['frame'] = null;
  for (let at = 12; at + 8 <= end;) {
    const type = ascii(bytes, at);
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + length > bytes.length) throw new PictureError('the file ends in the middle');
    if (type === 'VP8X' && length >= 10) {
      size = { width: 1 + uint24(view, body + 4), height: 1 + uint24(view, body + 7) };
    } else if (type === 'VP8 ' && length >= 10) {
      size ??= { width: view.getUint16(body + 6, true) & 0x3fff, height: view.getUint16(body + 8, true) & 0x3fff };
    } else if (type === 'VP8L' && length >= 5) {
      const packed = view.getUint32(body + 1, true);
      size ??= { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
    } else if (type === 'ANMF' && length > 16) {
      frame ??= {
        x: 2 * uint24(view, body),
        y: 2 * uint24(view, body + 3),
        width: 1 + uint24(view, body + 6),
        height: 1 + uint24(view, body + 9),
        chunks: bytes.subarray(body + 16, body + length),
      };
    } else if (type === 'EXIF') orientation = exifOrientation(bytes.subarray(body, body + length));
    at = body + length + (length & 1);
  }
  if (!size) throw new PictureError('it has no pixels');
  checkSize(size.width, size.height);
  if (frame) checkSize(frame.width, frame.height);
  return { format: 'webp', ...size, orientation, frame };
}

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** What the package's own types say of it needs the browser's types. */
interface Decoder {
  decode(bytes: Uint8Array): WasmPicture | null;
}

const codec = wasmCodec<Decoder>(webp, '@jsquash/webp/codec/dec/webp_dec.wasm');

/** The pixels by libwebp, as in Pillow; alpha is dropped; of an animation the first frame, on black. Orientation is not yet applied. */
export async function decodeWebp(bytes: Uint8Array): Promise<Raster> {
  const { width, height, frame } = readWebp(bytes);
  const still = frame ? stillOf(frame) : bytes;
  const picture = await codec(width * height, (module) => module.decode(still));
  const raster = fromRgba(picture.width, picture.height, picture.data, 3);
  if (!frame || (frame.width === width && frame.height === height)) return raster;
  const canvas = new Uint8Array(width * height * 3);
  const columns = Math.min(raster.width, width - frame.x);
  for (let y = 0; y < raster.height && y + frame.y < height && columns > 0; y++) {
    const from = y * raster.width * 3;
    canvas.set(raster.data.subarray(from, from + columns * 3), ((y + frame.y) * width + frame.x) * 3);
  }
  return { width, height, channels: 3, data: canvas };
}

/** The frame as a file of its own, which the codec takes: animations it refuses. */
function stillOf(frame: NonNullable<WebP['frame']>): Uint8Array {
  const file = new Uint8Array(30 + frame.chunks.length);
  const view = new DataView(file.buffer);
  const put = (at: number, text: string) => [...text].forEach((c, i) => (file[at + i] = c.charCodeAt(0)));
  put(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  put(8, 'WEBPVP8X');
  view.setUint32(16, 10, true);
  // 0x10: an alpha channel may follow.
  file[20] = 0x10;
  const [right, bottom] = [frame.width - 1, frame.height - 1];
  view.setUint16(24, right & 0xffff, true);
  file[26] = right >> 16;
  view.setUint16(27, bottom & 0xffff, true);
  file[29] = bottom >> 16;
  file.set(frame.chunks, 30);
  return file;
}
