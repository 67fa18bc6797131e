import { checkSize, PictureError, type PictureHeader } from './header.js';
import type { Raster } from './raster.js';

interface Bmp extends PictureHeader {
  /** Rows run from the top; as a rule they run from the bottom. */
  topDown: boolean;
  bits: number;
  /** 0 none, 1 RLE8, 2 RLE4, 3 and 6 bit fields. */
  compression: number;
  masks: number[];
  /** Blue, green, red of each index, `entry` bytes apart. */
  palette: Uint8Array;
  entry: number;
  pixels: Uint8Array;
}

export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d;

/** Reads file and bitmap headers (BITMAPCOREHEADER, BITMAPINFOHEADER and its later versions). */
export function readBmp(bytes: Uint8Array): Bmp {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 26) throw new PictureError('the file ends in the middle');
  const headerSize = view.getUint32(14, true);
  const core = headerSize === 12;
  if (!core && (headerSize < 40 || headerSize > 200)) throw new PictureError('its header is not that of a BMP');
  if (bytes.length < 14 + headerSize) throw new PictureError('the file ends in the middle');
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  checkSize(width, height);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? 0 : view.getUint32(30, true);
  const fits: Record<number, number[]> = { 0: [1, 4, 8, 16, 24, 32], 1: [8], 2: [4], 3: [16, 32], 6: [16, 32] };
  if (!fits[compression]?.includes(bits)) {
    throw new PictureError(`it has ${bits} bits per pixel with compression ${compression}, which is not read`);
  }
  let masks = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  let after = 14 + headerSize;
  if (compression === 3 || compression === 6) {
    if (bytes.length < 66) throw new PictureError('the file ends in the middle');
    masks = [54, 58, 62].map((at) => view.getUint32(at, true));
    if (masks.some((mask) => mask === 0)) throw new PictureError('one of its colour masks is empty');
    if (headerSize === 40) after += compression === 6 ? 16 : 12;
  }
  const entry = core ? 3 : 4;
  const used = core ? 0 : view.getUint32(46, true);
  const colours = bits <= 8 ? Math.min(used || 1 << bits, 1 << bits) : 0;
  const offset = view.getUint32(10, true);
  const packed = compression === 1 || compression === 2;
  if (offset >= bytes.length || (!packed && offset + rowBytes(width, bits) * height > bytes.length)) {
    throw new PictureError('the file ends in the middle');
  }
  return {
    format: 'bmp',
    width,
    height,
    orientation: 1,
    topDown: signedHeight < 0,
    bits,
    compression,
    masks,
    palette: bytes.subarray(after, after + colours * entry),
    entry,
    pixels: bytes.subarray(offset),
  };
}

/** Rows are padded to four bytes. */
const rowBytes = (width: number, bits: number): number => Math.ceil((width * bits) / 32) * 4;

/** The pixels as Pillow's `convert('RGB')` gives them; alpha is dropped. */
export function decodeBmp(bytes: Uint8Array): Raster {
  const bmp = readBmp(bytes);
  const { width, height, bits, pixels, palette, entry } = bmp;
  const data = new Uint8Array(width * height * 3);
  const indices = bmp.compression === 1 || bmp.compression === 2 ? unpackRuns(bmp) : null;
  const stride = rowBytes(width, bits);
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.length);
  const fields = bmp.masks.map(field);
  for (let y = 0; y < height; y++) {
    const row = bmp.topDown ? y : height - 1 - y;
    for (let x = 0, to = y * width * 3; x < width; x++, to += 3) {
      if (bits <= 8) {
        const bit = x * bits;
        const index = indices
          ? indices[row * width + x]
          : (pixels[row * stride + (bit >> 3)] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        for (let c = 0; c < 3; c++) data[to + c] = palette[index * entry + 2 - c] ?? 0;
      } else if (bits === 24) {
        for (let c = 0; c < 3; c++) data[to + c] = pixels[row * stride + x * 3 + 2 - c];
      } else {
        const at = row * stride + x * (bits >> 3);
        const value = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
        for (let c = 0; c < 3; c++) data[to + c] = fields[c](value);
      }
    }
  }
  return { width, height, channels: 3, data };
}

/** Reads the bits under a mask and spreads them over 0..255, rounded down as Pillow does. */
function field(mask: number): (value: number) => number {
  const shift = 31 - Math.clz32(mask & -mask);
  const top = mask >>> shift;
  return (value) => Math.floor((((value & mask) >>> shift) * 255) / top);
}

/** RLE8 and RLE4: runs of one index, absolute stretches, and escapes to the next row, to another place, and to the end. */
function unpackRuns({ width, height, bits, pixels }: Bmp): Uint8Array {
  const out = new Uint8Array(width * height);
  let x = 0;
  let y = 0;
  const put = (index: number) => {
    if (x < width && y < height) out[y * width + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number) => (bits === 8 ? byte : i & 1 ? byte & 15 : byte >> 4);
  for (let at = 0; at + 1 < pixels.length && y < height;) {
    const count = pixels[at];
    const value = pixels[at + 1];
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(nibble(value, i));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return out;
    else if (value === 2) {
      x += pixels[at] ?? 0;
      y += pixels[at + 1] ?? 0;
      at += 2;
    } else {
      const size = bits === 8 ? value : (value + 1) >> 1;
      for (let i = 0; i < value; i++) put(nibble(pixels[at + (bits === 8 ? i : i >> 1)] ?? 0, i));
      // Absolute stretches are padded to two bytes.
      at += size + (size & 1);
    }
  }
  return out;
}
