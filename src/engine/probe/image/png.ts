import zlib from 'node:zlib';
import { exifOrientation } from './exif.js';
import { checkSize, PictureError, type PictureHeader } from './header.js';
import type { Raster } from './raster.js';

// Pixels are inflated by Node's own zlib with a limit on what may come out: a file of some kilobytes can otherwise unfold
// into gigabytes, and the JavaScript readers put no bound on that.

interface Png extends PictureHeader {
  depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  colorType: number;
  interlaced: boolean;
  palette: Uint8Array | null;
  data: Uint8Array[];
}

export const isPng = (bytes: Uint8Array): boolean =>
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);

const samplesPerPixel: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depths: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };

/** Reads the chunks up to IEND (W3C PNG, third edition, section 5); damaged image data is found by its checksum. */
export function readPng(bytes: Uint8Array): Png {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const png = readHeader(bytes);
  for (let at = 33; ;) {
    if (at + 12 > bytes.length) throw new PictureError('the file ends in the middle');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new PictureError('the file ends in the middle');
    const body = bytes.subarray(at + 8, end);
    if (type === 'PLTE') png.palette = body;
    else if (type === 'eXIf') png.orientation = exifOrientation(body);
    else if (type === 'IDAT') {
      // zlib.crc32 came with Node 20.15; without it, inflating finds most damage.
      if (zlib.crc32 && zlib.crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
        throw new PictureError('the checksum of its pixels is wrong');
      }
      png.data.push(body);
    } else if (type === 'IEND') break;
    at = end + 4;
  }
  if (!png.data.length) throw new PictureError('it has no pixels');
  if (png.colorType === 3 && !png.palette) throw new PictureError('its palette is missing');
  return png;
}

/** The first chunk, IHDR. */
function readHeader(bytes: Uint8Array): Png {
  if (bytes.length < 33) throw new PictureError('the file ends in the middle');
  const body = bytes.subarray(16, 29);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = body.subarray(8);
  if (!depths[colorType]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw new PictureError(`its header is not that of a PNG (depth ${depth}, colour type ${colorType})`);
  }
  checkSize(width, height);
  return {
    format: 'png',
    width,
    height,
    orientation: 1,
    depth,
    colorType,
    interlaced: interlace === 1,
    palette: null,
    data: [],
  };
}

/** Adam7: first column, first row, and steps of the seven reduced pictures. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * The pixels as Pillow's `convert('RGB')` gives them: alpha and transparent colours are dropped, grey of 1, 2 and 4 bits is
 * spread over 0..255. Samples of 16 bits lose their low byte; Pillow does that for colour, while for 16-bit grey its
 * conversion clips everything above 255 to white, which nobody wants.
 */
export function decodePng(bytes: Uint8Array): Raster {
  const png = readPng(bytes);
  const { width, height, colorType } = png;
  const channels = colorType === 0 || colorType === 4 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const pixels = pixelReader(png);
  eachLine(png, (lines, from, columns, first, step) =>
    pixels(lines, from, columns, data, first * channels, step * channels),
  );
  return { width, height, channels, data };
}

/**
 * The pixels as numbers, for pictures that are maps of labels: the index of a palette, the level of a grey pixel (all 16 bits
 * of it), or R + 256 G + 65536 B. Transparency is dropped.
 */
export function decodePngLabels(bytes: Uint8Array): { width: number; height: number; values: Uint32Array } {
  const png = readPng(bytes);
  const { width, height, depth, colorType } = png;
  const values = new Uint32Array(width * height);
  const perPixel = samplesPerPixel[colorType] * (depth >> 3);
  const coloured = colorType === 2 || colorType === 6;
  eachLine(png, (lines, from, columns, first, step) => {
    for (let x = 0, to = first; x < columns; x++, to += step) {
      if (depth < 8) {
        values[to] = (lines[from + ((x * depth) >> 3)] >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
        continue;
      }
      const at = from + x * perPixel;
      const bytesOf = depth >> 3;
      if (coloured) values[to] = lines[at] | (lines[at + bytesOf] << 8) | (lines[at + 2 * bytesOf] << 16);
      else values[to] = depth === 16 ? (lines[at] << 8) | lines[at + 1] : lines[at];
    }
  });
  return { width, height, values };
}

/**
 * Inflates and unfilters the picture and hands on its lines: where their samples begin, how many pixels they have, and the
 * index of the first and the distance between its pixels in the picture.
 */
function eachLine(
  png: Png,
  use: (lines: Uint8Array, from: number, columns: number, first: number, step: number) => void,
): void {
  const { width, height, depth, colorType } = png;
  const bits = depth * samplesPerPixel[colorType];
  const passes = png.interlaced ? adam7 : [[0, 0, 1, 1]];
  const sizes = passes.map(([x0, y0, dx, dy]) => ({
    columns: Math.ceil((width - x0) / dx),
    rows: Math.ceil((height - y0) / dy),
  }));
  const stride = (columns: number) => Math.ceil((columns * bits) / 8);
  const expected = sizes.reduce((sum, { columns, rows }) => sum + (columns > 0 ? rows * (1 + stride(columns)) : 0), 0);
  const lines = inflate(png.data, expected);
  let at = 0;
  passes.forEach(([x0, y0, dx, dy], pass) => {
    const { columns, rows } = sizes[pass];
    if (columns <= 0 || rows <= 0) return;
    const bytesPerLine = stride(columns);
    unfilter(lines, at, rows, bytesPerLine, Math.max(1, bits >> 3));
    for (let row = 0; row < rows; row++) {
      use(lines, at + row * (bytesPerLine + 1) + 1, columns, (y0 + row * dy) * width + x0, dx);
    }
    at += rows * (bytesPerLine + 1);
  });
}

function inflate(chunks: Uint8Array[], expected: number): Uint8Array {
  let lines: Uint8Array;
  try {
    // Some writers append bytes; a little is let through and left unread.
    lines = zlib.inflateSync(Buffer.concat(chunks), { maxOutputLength: expected + 65536 });
  } catch (error) {
    throw new PictureError(`its pixels cannot be decompressed (${(error as Error).message})`);
  }
  if (lines.length < expected) throw new PictureError('it holds fewer pixels than its header says');
  return lines;
}

/** Undoes the filters of `rows` lines in place; each line is a filter byte and `length` bytes. PNG, section 9. */
function unfilter(lines: Uint8Array, start: number, rows: number, length: number, pixel: number): void {
  for (let row = 0; row < rows; row++) {
    const line = start + row * (length + 1) + 1;
    const above = row === 0 ? -1 : line - length - 1;
    const filter = lines[line - 1];
    if (filter > 4) throw new PictureError(`it uses an unknown filter (${filter})`);
    for (let i = 0; filter !== 0 && i < length; i++) {
      const a = i < pixel ? 0 : lines[line + i - pixel];
      const b = above < 0 ? 0 : lines[above + i];
      if (filter === 1) lines[line + i] += a;
      else if (filter === 2) lines[line + i] += b;
      else if (filter === 3) lines[line + i] += (a + b) >> 1;
      else {
        const c = i < pixel || above < 0 ? 0 : lines[above + i - pixel];
        const pa = Math.abs(b - c);
        const pb = Math.abs(a - c);
        const pc = Math.abs(a + b - 2 * c);
        lines[line + i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      }
    }
  }
}

type PixelReader = (line: Uint8Array, from: number, columns: number, out: Uint8Array, to: number, step: number) => void;

/** Reads one line's samples into every `step`-th byte of the picture. */
function pixelReader({ depth, colorType, palette }: Png): PixelReader {
  if (depth < 8) {
    const top = (1 << depth) - 1;
    const sample = (line: Uint8Array, from: number, x: number) =>
      (line[from + ((x * depth) >> 3)] >> (8 - depth - ((x * depth) & 7))) & top;
    return (line, from, columns, out, to, step) => {
      for (let x = 0; x < columns; x++, to += step) {
        const value = sample(line, from, x);
        if (colorType === 3) setColour(palette!, value, out, to);
        else out[to] = (value * 255) / top;
      }
    };
  }
  if (colorType === 3) {
    return (line, from, columns, out, to, step) => {
      for (let x = 0; x < columns; x++, to += step) setColour(palette!, line[from + x], out, to);
    };
  }
  // Samples are most significant byte first, so the high byte of 16 bits is where the only byte of 8 bits is.
  const bytes = depth >> 3;
  const perPixel = samplesPerPixel[colorType] * bytes;
  const colours = colorType === 0 || colorType === 4 ? 1 : 3;
  return (line, from, columns, out, to, step) => {
    for (let x = 0; x < columns; x++, to += step, from += perPixel) {
      for (let c = 0; c < colours; c++) out[to + c] = line[from + c * bytes];
    }
  };
}

/** An index past the palette's end is black, as libpng and Pillow have it. */
function setColour(palette: Uint8Array, index: number, out: Uint8Array, to: number): void {
  const from = index * 3;
  if (from + 2 >= palette.length) return;
  out[to] = palette[from];
  out[to + 1] = palette[from + 1];
  out[to + 2] = palette[from + 2];
}
