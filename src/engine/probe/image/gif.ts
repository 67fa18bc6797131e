import { checkSize, PictureError, type PictureHeader } from './header.js';
import type { Raster } from './raster.js';

// Only the first frame is wanted, with its palette's colours under transparent pixels too; the readers to be had walk all
// frames and leave transparent pixels out.

interface Gif extends PictureHeader {
  frame: { x: number; y: number; width: number; height: number; interlaced: boolean };
  /** Red, green, blue of each index. */
  palette: Uint8Array;
  /** Index of the canvas where the frame does not reach. */
  fill: number;
  codeBits: number;
  /** The frame's code stream, its blocks joined. */
  codes: Uint8Array;
}

export const isGif = (bytes: Uint8Array): boolean => /^GIF8[79]a$/.test(String.fromCharCode(...bytes.subarray(0, 6)));

/** Reads up to the end of the first frame (GIF89a, sections 18 to 23). */
export function readGif(bytes: Uint8Array): Gif {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const byte = (at: number): number => {
    if (at >= bytes.length) throw new PictureError('the file ends in the middle');
    return bytes[at];
  };
  const colours = (at: number, flags: number) => bytes.subarray(at, at + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0));
  const blocks = (at: number): { parts: Uint8Array[]; end: number } => {
    const parts: Uint8Array[] = [];
    for (let size = byte(at); size !== 0; size = byte(at)) {
      parts.push(bytes.subarray(at + 1, at + 1 + size));
      at += 1 + size;
    }
    return { parts, end: at + 1 };
  };

  byte(12);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  checkSize(width, height);
  let palette = colours(13, bytes[10]);
  let at = 13 + palette.length;
  let fill = 0;
  while (byte(at) === 0x21) {
    const { parts, end } = blocks(at + 2);
    // Graphic control extension: the transparent index is what Pillow fills the canvas with.
    if (bytes[at + 1] === 0xf9 && parts[0]?.length === 4 && parts[0][0] & 1) fill = parts[0][3];
    at = end;
  }
  if (byte(at) !== 0x2c) throw new PictureError('it has no pixels');
  const flags = byte(at + 9);
  const [x, y, w, h] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  checkSize(w, h);
  checkSize(Math.max(width, x + w), Math.max(height, y + h));
  const local = colours(at + 10, flags);
  if (local.length) palette = local;
  const codesAt = at + 10 + local.length;
  const codeBits = byte(codesAt);
  if (codeBits < 1 || codeBits > 8) throw new PictureError(`its code size is ${codeBits}`);
  return {
    format: 'gif',
    width,
    height,
    orientation: 1,
    frame: { x, y, width: w, height: h, interlaced: (flags & 0x40) !== 0 },
    palette,
    fill,
    codeBits,
    codes: Buffer.concat(blocks(codesAt + 1).parts),
  };
}

/** First row and step of the four passes in which interlaced rows come. */
const passes = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
];

/** The first frame on its canvas; transparent pixels keep their palette's colour, as in Pillow's `convert('RGB')`. */
export function decodeGif(bytes: Uint8Array): Raster {
  const { width, height, frame, palette, fill, codeBits, codes } = readGif(bytes);
  const indices = unpackLzw(codes, codeBits, frame.width * frame.height);
  const canvas = new Uint8Array(width * height).fill(fill);
  let from = 0;
  for (const [first, step] of frame.interlaced ? passes : [[0, 1]]) {
    for (let row = first; row < frame.height; row += step, from += frame.width) {
      const y = frame.y + row;
      const columns = Math.min(frame.width, width - frame.x);
      if (y < height && columns > 0) canvas.set(indices.subarray(from, from + columns), y * width + frame.x);
    }
  }
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < canvas.length; i++) {
    // Without any palette an index is a grey level.
    for (let c = 0; c < 3; c++) data[i * 3 + c] = palette.length ? (palette[canvas[i] * 3 + c] ?? 0) : canvas[i];
  }
  return { width, height, channels: 3, data };
}

/**
 * Variable-length LZW (GIF89a, appendix F): codes of codeBits + 1 to 12 bits, least significant bit first.
 *
 * @returns `count` indices; a stream that ends early leaves zeros
 */
function unpackLzw(codes: Uint8Array, codeBits: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  const clear = 1 << codeBits;
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  const lengths = new Uint16Array(4096).fill(1);
  for (let i = 0; i < clear; i++) suffix[i] = i;
  let bits = codeBits + 1;
  let next = clear + 2;
  let previous = -1;
  let held = 0;
  let heldBits = 0;
  let to = 0;
  for (let at = 0; to < count;) {
    while (heldBits < bits) {
      if (at >= codes.length) return out;
      held |= codes[at++] << heldBits;
      heldBits += 8;
    }
    const code = held & ((1 << bits) - 1);
    held >>>= bits;
    heldBits -= bits;
    if (code === clear + 1) return out;
    if (code === clear) {
      bits = codeBits + 1;
      next = clear + 2;
      previous = -1;
      continue;
    }
    if (code > next || (code === next && previous < 0)) throw new PictureError('its pixels cannot be decompressed');
    // A code that is about to be defined stands for the previous string and its own first index.
    const known = code < next ? code : previous;
    const length = lengths[known];
    let walk = known;
    for (let i = to + length - 1; i >= to; i--, walk = prefix[walk]) if (i < count) out[i] = suffix[walk];
    const first = out[to];
    to += length;
    if (code === next && to < count) out[to] = first;
    if (code === next) to++;
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      suffix[next] = first;
      lengths[next] = lengths[previous] + 1;
      next++;
      if (next === 1 << bits && bits < 12) bits++;
    }
    previous = code;
  }
  return out;
}
