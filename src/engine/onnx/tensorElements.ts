import { widenBfloat16, widenFloat16 } from '../runtime/float16.js';

export type Elements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Elements of raw data: little-endian, as the machines are that this runs on. Its length has been checked. */
export function decodeRaw(type: string, elements: number, bytes: Buffer): Elements {
  // A typed array wants its bytes aligned: a buffer of its own always is.
  const own = bytes.byteOffset % 8 === 0 ? bytes.buffer : new Uint8Array(bytes).buffer;
  const at = own === bytes.buffer ? bytes.byteOffset : 0;
  switch (type) {
    case 'float':
      return new Float32Array(own, at, elements);
    case 'double':
      return new Float64Array(own, at, elements);
    case 'float16':
      return widenFloat16(new Uint16Array(own, at, elements));
    case 'bfloat16':
      return widenBfloat16(new Uint16Array(own, at, elements));
    case 'int8':
      return new Int8Array(own, at, elements);
    case 'int16':
      return new Int16Array(own, at, elements);
    case 'uint16':
      return new Uint16Array(own, at, elements);
    case 'int32':
      return new Int32Array(own, at, elements);
    case 'uint32':
      return new Uint32Array(own, at, elements);
    case 'int64':
      return new BigInt64Array(own, at, elements);
    case 'uint64':
      return new BigUint64Array(own, at, elements);
    case 'int4':
    case 'uint4':
      return nibbles(new Uint8Array(own, at, bytes.length), elements, type === 'int4');
    case 'complex64':
      return new Float32Array(own, at, elements * 2);
    case 'complex128':
      return new Float64Array(own, at, elements * 2);
    default:
      // bool, uint8, and the 8-bit floats as their bits.
      return new Uint8Array(own, at, bytes.length);
  }
}

/** Two to a byte, the first in the lower half. */
function nibbles(bytes: Uint8Array, elements: number, signed: boolean): Int8Array | Uint8Array {
  const values = signed ? new Int8Array(elements) : new Uint8Array(elements);
  for (let i = 0; i < elements; i++) {
    const half = (bytes[i >> 1] >> (i & 1 ? 4 : 0)) & 0xf;
    values[i] = signed && half > 7 ? half - 16 : half;
  }
  return values;
}

interface Chunk {
  bytes: Buffer;
  /** Values one after the other; otherwise each with its tag before it. */
  packed: boolean;
}

/** How a type's elements stand in the typed fields: fixed 32 or 64 bits, or varints of int32_data and the like. */
type Width = 4 | 8 | 'varint';

const widths: Record<string, Width> = { float: 4, complex64: 4, double: 8, complex128: 8 };

/** Elements of the typed fields; null where they are not as many as the shape says. */
export function decodeTyped(type: string, elements: number, chunks: readonly Chunk[]): Elements | null {
  const width = widths[type] ?? 'varint';
  const count = type.startsWith('complex') ? elements * 2 : /^u?int4$/.test(type) ? Math.ceil(elements / 2) : elements;
  // Each element takes a byte at least: a shape that claims more must not be given the memory.
  if (count > chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)) {
    return null;
  }
  const values = make(type, count);
  let filled = 0;
  for (const { bytes, packed } of chunks) {
    let at = 0;
    while (at < bytes.length) {
      if (!packed) {
        at = varint(bytes, at).next;
      }
      if (width === 'varint') {
        const { value, next } = varint(bytes, at);
        put(values, filled++, value);
        at = next;
      } else {
        if (at + width > bytes.length || filled >= count) {
          return null;
        }
        (values as Float64Array)[filled++] = width === 4 ? bytes.readFloatLE(at) : bytes.readDoubleLE(at);
        at += width;
      }
      if (filled > count) {
        return null;
      }
    }
  }
  if (filled !== count) {
    return null;
  }
  switch (type) {
    // The bits of 16-bit floats stand in int32_data.
    case 'float16':
      return widenFloat16(values as Uint16Array);
    case 'bfloat16':
      return widenBfloat16(values as Uint16Array);
    case 'int4':
    case 'uint4':
      return nibbles(values as Uint8Array, elements, type === 'int4');
    default:
      return values;
  }
}

function make(type: string, count: number): Elements {
  const arrays: Record<string, new (length: number) => Elements> = {
    float: Float32Array,
    complex64: Float32Array,
    double: Float64Array,
    complex128: Float64Array,
    int8: Int8Array,
    int16: Int16Array,
    int32: Int32Array,
    int64: BigInt64Array,
    uint16: Uint16Array,
    float16: Uint16Array,
    bfloat16: Uint16Array,
    uint32: Uint32Array,
    uint64: BigUint64Array,
  };
  return new (arrays[type] ?? Uint8Array)(count);
}

function put(values: Elements, at: number, value: bigint): void {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    values[at] = value;
  } else {
    values[at] = Number(BigInt.asIntN(64, value));
  }
}

/** Seven bits a byte, the lowest first; a malformed one ends with its chunk. */
function varint(bytes: Buffer, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let shift = 0n; at < bytes.length; shift += 7n) {
    const byte = bytes[at++];
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      break;
    }
  }
  return { value: BigInt.asUintN(64, value), next: at };
}
