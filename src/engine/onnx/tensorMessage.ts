import { elementBits, elementCount, elementTypeName, typedField } from './elementType.js';
import type { FileWindow } from './fileWindow.js';
import type { TensorReference } from './model.js';
import { type Field, integer, Kind, message, pushFloats, pushIntegers, readField, text, WireError } from './wire.js';

/** TensorProto's fields that hold elements, with the name the format gives them. */
const typedFields: Record<number, string> = {
  4: 'float_data',
  5: 'int32_data',
  6: 'string_data',
  7: 'int64_data',
  10: 'double_data',
  11: 'uint64_data',
};

/** Small tensors are shapes, axes and scales: what shapes are inferred from. */
const smallElements = 64;

/** Bytes of a packed list of dimensions that somebody may have meant. */
const longestShape = 4096;

/** A TensorProto's fields; `parts` are all its occurrences, which protobuf merges. */
export function tensorReference(file: FileWindow, ...parts: Field[]): TensorReference {
  const dims: number[] = [];
  const external = new Map<string, string>();
  const chunks = new Map<string, { offset: number; length: number; packed: boolean }[]>();
  let type = 0;
  let name = '';
  let raw: { offset: number; length: number } | null = null;
  let location = 0;
  for (const part of parts) {
    message(file, part, (field) => {
      switch (field.number) {
        case 1:
          if (field.end - field.at > longestShape || dims.length > longestShape) {
            throw new WireError(field.start);
          }
          pushIntegers(file, field, dims);
          break;
        case 2:
          type = integer(file, field);
          break;
        case 8:
          name = text(file, field);
          break;
        case 9:
          if (field.kind !== Kind.bytes) {
            throw new WireError(field.start);
          }
          raw = { offset: field.at, length: field.end - field.at };
          break;
        case 13:
          readKeyValue(file, field, external);
          break;
        case 14:
          location = integer(file, field);
          break;
        default:
          if (field.number in typedFields) {
            addChunk(chunks, typedFields[field.number], field);
          }
      }
    });
  }
  const typeName = elementTypeName(type);
  let data: TensorReference['data'];
  if (location === 1 || (external.size > 0 && raw === null && chunks.size === 0)) {
    data = {
      in: 'external',
      file: external.get('location') ?? '',
      offset: wholeNumber(external.get('offset'), 0),
      length: external.has('length') ? wholeNumber(external.get('length'), Number.NaN) : null,
    };
  } else if (raw !== null) {
    const { offset, length }: { offset: number; length: number } = raw;
    data = { in: 'raw', offset, length };
  } else {
    const field = typedField(typeName);
    data = { in: 'typed', field, chunks: chunks.get(field) ?? [] };
  }
  const reference: TensorReference = { name, type: typeName, dims, data };
  const values = smallValues(file, reference);
  return values === null ? reference : { ...reference, values };
}

/** StringStringEntryProto: key 1, value 2. The last of equal keys wins. */
export function readKeyValue(file: FileWindow, field: Field, into: Map<string, string>): void {
  let key = '';
  let value = '';
  message(file, field, (part) => {
    if (part.number === 1) {
      key = text(file, part);
    } else if (part.number === 2) {
      value = text(file, part);
    }
  });
  into.set(key, value);
}

/** A run of unpacked values is one chunk, tags included: a million of them must not become a million objects. */
function addChunk(
  chunks: Map<string, { offset: number; length: number; packed: boolean }[]>,
  name: string,
  field: Field,
): void {
  const list = chunks.get(name) ?? [];
  chunks.set(name, list);
  const packed = field.kind === Kind.bytes && name !== 'string_data';
  const last = list.at(-1);
  if (!packed && last && !last.packed && last.offset + last.length === field.start) {
    last.length += field.end - field.start;
  } else if (packed) {
    list.push({ offset: field.at, length: field.end - field.at, packed });
  } else {
    list.push({ offset: field.start, length: field.end - field.start, packed });
  }
}

function wholeNumber(value: string | undefined, absent: number): number {
  return value === undefined || value.trim() === '' ? absent : Number(value);
}

/** Integers and floats of a tensor small enough to be a shape; null for all others and where the data do not fit the dims. */
function smallValues(file: FileWindow, { type, dims, data }: TensorReference): number[] | null {
  const count = elementCount(dims);
  if (!(count <= smallElements) || !['int64', 'int32', 'float'].includes(type)) {
    return null;
  }
  const values: number[] = [];
  if (data.in === 'raw') {
    const width = elementBits(type)! / 8;
    if (data.length !== count * width) {
      return null;
    }
    const bytes = file.bytes(data.offset, data.length);
    for (let i = 0; i < count; i++) {
      values.push(
        type === 'float'
          ? bytes.readFloatLE(i * 4)
          : type === 'int32'
            ? bytes.readInt32LE(i * 4)
            : Number(bytes.readBigInt64LE(i * 8)),
      );
    }
  } else if (data.in === 'typed') {
    if (data.chunks.reduce((sum, chunk) => sum + chunk.length, 0) > smallElements * 16) {
      return null;
    }
    for (const chunk of data.chunks) {
      const push = type === 'float' ? pushFloats : pushIntegers;
      const end = chunk.offset + chunk.length;
      if (chunk.packed) {
        push(file, { number: 0, kind: Kind.bytes, start: chunk.offset, at: chunk.offset, end }, values);
      } else {
        for (let at = chunk.offset; at < end;) {
          const field = readField(file, at, end);
          push(file, field, values);
          at = field.end;
        }
      }
    }
  } else {
    return null;
  }
  return values.length === count ? values : null;
}
