import path from 'node:path';
import { UserError } from '../../../shared/userError.js';
import { openArray } from '../arrayFile.js';
import { splitKey } from '../dataFile.js';
import { npzHeads, readNpz } from '../npz.js';
import type { NpyHead } from '../npy.js';
import { classList, type ClassNamer } from './classList.js';
import type { PackedPictures } from './packedPictures.js';

/** How an array's axes are a picture's. */
interface Layout {
  height: number;
  width: number;
  channels: 1 | 3;
  /** Bytes from a pixel to the next, and from a channel to the next. */
  pixel: number;
  channel: number;
}

/**
 * Reads samples × height × width of bytes, with 1, 3 or 4 channels after them or 1 or 3 before; null for other shapes. A
 * fourth channel is alpha, and dropped.
 */
export function pictureLayout(shape: readonly number[]): Layout | null {
  const [, a = 0, b = 0, c = 0] = shape;
  const place = (size: number) => size >= 8;
  if (shape.length === 3 && place(a) && place(b)) return { height: a, width: b, channels: 1, pixel: 1, channel: 0 };
  if (shape.length !== 4) return null;
  if ((c === 1 || c === 3 || c === 4) && place(a) && place(b)) {
    return { height: a, width: b, channels: c === 1 ? 1 : 3, pixel: c, channel: 1 };
  }
  if ((a === 1 || a === 3) && place(b) && place(c))
    return { height: b, width: c, channels: a, pixel: 1, channel: b * c };
  return null;
}

/** Whether an array is one of pictures: bytes, and axes that are theirs. */
export const holdsPictures = (head: NpyHead): boolean => head.element === 'u1' && pictureLayout(head.shape) !== null;

/** Pictures in a NumPy array, and in an `.npz` their classes, where one of its arrays is a whole number for each. */
export async function arrayPictures(spec: string, ofModel: ClassNamer | null): Promise<PackedPictures> {
  const { file, key } = splitKey(spec);
  const isArchive = /\.npz$/i.test(file);
  const heads = isArchive ? await npzHeads(file) : null;
  const chosen = heads && (key ?? onlyPictures(heads, path.basename(file)));
  const array = await openArray(chosen === null ? file : `${file}:${chosen}`);
  const layout = array.type === 'uint8' ? pictureLayout(array.shape) : null;
  if (!layout || array.shape[0] === 0) {
    throw new UserError(
      `${path.basename(spec)}: pictures are bytes of samples × height × width, with or without channels`,
      {
        hint: `this array is ${array.shape.join(' × ')} of ${array.type}; use "kind": "arrays" for inputs that are ready as they are`,
        code: 'probe/no-pictures',
      },
    );
  }
  const { height, width, channels, pixel, channel } = layout;
  const count = array.shape[0];
  const labels = heads ? labelsAmong(heads, count) : null;
  let classes: string[] | null = null;
  const notes = labels === null ? [] : [`The classes are those of ${path.basename(file)}:${labels}.`];
  if (labels !== null) {
    const values = Array.from((await readNpz(file, labels)).data as Int32Array, Number);
    const most = values.reduce((highest, value) => Math.max(highest, value), 0) + 1;
    const list = await classList(path.dirname(file), most, ofModel);
    notes.push(...list.notes);
    classes = values.map((value) => list.names?.[value] ?? String(value));
  }
  return {
    count,
    width,
    height,
    classes,
    notes,
    files: [file],
    async raster(index) {
      const bytes = (await array.rows(index, 1)) as Uint8Array;
      if (pixel === channels && channel <= 1) return { width, height, channels, data: bytes };
      const data = new Uint8Array(height * width * channels);
      for (let i = 0; i < height * width; i++) {
        for (let c = 0; c < channels; c++) data[i * channels + c] = bytes[i * pixel + c * channel];
      }
      return { width, height, channels, data };
    },
  };
}

function onlyPictures(heads: Map<string, NpyHead | UserError>, name: string): string {
  const found = [...heads]
    .filter(([, head]) => !(head instanceof UserError) && holdsPictures(head))
    .map(([key]) => key);
  if (found.length === 1) return found[0];
  throw new UserError(`${name}: ${found.length === 0 ? 'none' : found.length} of its arrays are pictures`, {
    hint: found.length > 1 ? `write one of ${found.map((key) => `${name}:${key}`).join(', ')}` : undefined,
    code: 'array/no-key',
  });
}

/** The array of whole numbers, one a sample: the only one, or the one that is named as labels are. */
function labelsAmong(heads: Map<string, NpyHead | UserError>, count: number): string | null {
  const fitting = [...heads].filter(
    ([, head]) =>
      !(head instanceof UserError) &&
      /^[iu]/.test(head.element) &&
      head.shape[0] === count &&
      head.shape.slice(1).every((size) => size === 1),
  );
  const named = fitting.find(([key]) => /label|target|class|^y(_|$)/i.test(key));
  return named?.[0] ?? (fitting.length === 1 ? fitting[0][0] : null);
}
