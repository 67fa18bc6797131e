import { UserError } from '../../shared/userError.js';
import type { Tensor, TensorType } from '../runtime/tensor.js';

/** What the head of a `.npy` file says. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export interface NpyHead {
  /** Element type as the file spells it without byte order: `f4`. */
  element: string;
  bigEndian: boolean;
  fortran: boolean;
  shape: number[];
  /** Where the elements begin, in bytes. */
  offset: number;
}

interface Element {
  bytes: number;
  type: TensorType;
  view(bytes: Uint8Array): Tensor['data'];
}

/** `f2` is widened to float32; `b1` is one byte a value. */
const elements: Record<string, Element> = {
  f2: { bytes: 2, type: 'float32', view: (b) => widenHalf(new Uint16Array(b.buffer, b.byteOffset, b.byteLength / 2)) },
  f4: { bytes: 4, type: 'float32', view: (b) => new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4) },
  f8: { bytes: 8, type: 'float64', view: (b) => new Float64Array(b.buffer, b.byteOffset, b.byteLength / 8) },
  i1: { bytes: 1, type: 'int8', view: (b) => new Int8Array(b.buffer, b.byteOffset, b.byteLength) },
  i2: { bytes: 2, type: 'int16', view: (b) => new Int16Array(b.buffer, b.byteOffset, b.byteLength / 2) },
  i4: { bytes: 4, type: 'int32', view: (b) => new Int32Array(b.buffer, b.byteOffset, b.byteLength / 4) },
  i8: { bytes: 8, type: 'int64', view: (b) => new BigInt64Array(b.buffer, b.byteOffset, b.byteLength / 8) },
  u1: { bytes: 1, type: 'uint8', view: (b) => new Uint8Array(b.buffer, b.byteOffset, b.byteLength) },
  u2: { bytes: 2, type: 'uint16', view: (b) => new Uint16Array(b.buffer, b.byteOffset, b.byteLength / 2) },
  u4: { bytes: 4, type: 'uint32', view: (b) => new Uint32Array(b.buffer, b.byteOffset, b.byteLength / 4) },
  u8: { bytes: 8, type: 'uint64', view: (b) => new BigUint64Array(b.buffer, b.byteOffset, b.byteLength / 8) },
  b1: { bytes: 1, type: 'bool', view: (b) => new Uint8Array(b.buffer, b.byteOffset, b.byteLength) },
};

/** Longest head that is read; NumPy itself writes heads of some hundred bytes. */
export const npyHeadBytes = 65536;

/**
 * @param bytes the file's beginning, `npyHeadBytes` or all of it
 * @param name  the file, for messages
 * @throws UserError where this is not the head of a `.npy` file of numbers
 */
export function npyHead(bytes: Uint8Array, name: string): NpyHead {
  const refuse = (what: string, hint?: string): never => {
    throw new UserError(`${name}: ${what}`, { hint, code: 'array/unreadable' });
  };
  if (bytes.length === 0) refuse('the file is empty');
  if (bytes.length < 10 || bytes[0] !== 0x93 || latin1(bytes.subarray(1, 6)) !== 'NUMPY') {
    refuse('not a NumPy array (.npy): its first bytes are other', 'write it with numpy.save(file, array)');
  }
  const version = bytes[6];
  if (version < 1 || version > 3) refuse(`.npy format ${version}.${bytes[7]} is unknown; 1.0 to 3.0 are read`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) refuse('the file ends within its header');
  const offset = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (offset > bytes.length) {
    refuse(offset > npyHeadBytes ? 'its header is longer than 64 KiB' : 'the file ends within its header');
  }
  const text = latin1(bytes.subarray(start, offset));
  if (/'descr'\s*:\s*\[/.test(text)) {
    refuse('a structured array, not an array of numbers', 'save each field as an array of its own');
  }
  const descr = /'descr'\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || shape === undefined) return refuse('its .npy header is damaged');
  const parts = /^([<>|=]?)(.+)$/.exec(descr);
  const element = parts?.[2] ?? '';
  if (element === 'O') {
    refuse('an array of pickled Python objects, which is not read', 'save arrays of numbers (allow_pickle=False)');
  }
  if (!(element in elements)) {
    refuse(`elements of type "${descr}" are not read`, `convert it to one of ${Object.keys(elements).join(' ')}`);
  }
  const sizes = shape.match(/\d+/g)?.map(Number) ?? [];
  return { element, bigEndian: parts?.[1] === '>', fortran: fortran === 'True', shape: sizes, offset };
}

/** Bytes of one element. */
export const elementBytes = (head: NpyHead): number => elements[head.element].bytes;

/** The tensor type that the elements become. */
export const elementType = (head: NpyHead): TensorType => elements[head.element].type;

/** Elements from their bytes (whole elements, in the file's order of bytes). */
export function decodeElements(head: NpyHead, bytes: Uint8Array): Tensor['data'] {
  const { bytes: size, view } = elements[head.element];
  const swap = head.bigEndian && size > 1;
  let aligned = bytes;
  if (swap || bytes.byteOffset % size !== 0) aligned = Uint8Array.from(bytes);
  if (swap) {
    const buffer = Buffer.from(aligned.buffer, aligned.byteOffset, aligned.byteLength);
    if (size === 2) buffer.swap16();
    else if (size === 4) buffer.swap32();
    else buffer.swap64();
  }
  return view(aligned);
}

/**
 * A whole `.npy` file, in C order whatever the file's.
 *
 * @throws UserError where the file is not an array of numbers, or shorter than its head says
 */
export function decodeNpy(bytes: Uint8Array, name: string): Tensor {
  const head = npyHead(bytes, name);
  const count = sizeOf(head.shape);
  const wanted = count * elementBytes(head);
  if (bytes.length - head.offset < wanted) {
    throw new UserError(
      `${name}: the file is cut short: ${head.shape.join(' × ') || 'one value'} of "${head.element}" takes ` +
        `${wanted} bytes, there are ${bytes.length - head.offset}`,
      { hint: 'copy or download it again', code: 'array/truncated' },
    );
  }
  const data = decodeElements(head, bytes.subarray(head.offset, head.offset + wanted));
  return { type: elementType(head), dims: head.shape, data: head.fortran ? toCOrder(data, head.shape) : data };
}

/** A `.npy` file, format 1.0, `<f4`, C order; laid out byte for byte as NumPy writes it. */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  if (sizeOf(shape) !== data.length) throw new Error(`${data.length} values do not fill ${shape.join(' × ')}`);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Padded so that the elements begin at a multiple of 64 bytes, and ended by a newline, as the format asks.
  const padded = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(padded + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, padded - 10, true);
  bytes.set(Buffer.from(dictionary.padEnd(padded - 11) + '\n', 'latin1'), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), padded);
  return bytes;
}

/** Elements of an array of that shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function toCOrder(data: Tensor['data'], shape: readonly number[]): Tensor['data'] {
  const out = (data as Float32Array).slice() as unknown as number[];
  const source = data as unknown as number[];
  // Stride of each axis in the file: the first axis runs fastest.
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < source.length; to++) {
    out[to] = source[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out as unknown as Tensor['data'];
}

/** IEEE 754 binary16 to binary32. */
function widenHalf(half: Uint16Array): Float32Array {
  const out = new Float32Array(half.length);
  for (let i = 0; i < half.length; i++) {
    const sign = half[i] & 0x8000 ? -1 : 1;
    const exponent = (half[i] >> 10) & 31;
    const fraction = half[i] & 1023;
    if (exponent === 31) out[i] = fraction ? NaN : sign * Infinity;
    else out[i] = sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
  }
  return out;
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
