/** TensorProto.DataType: number → name in lower case, and bits per element in raw data (null: not a fixed number). */
const elementTypes: readonly (readonly [name: string, bits: number | null])[] = [
  ['undefined', null],
  ['float', 32],
  ['uint8', 8],
  ['int8', 8],
  ['uint16', 16],
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
  ['string', null],
  ['bool', 8],
  ['float16', 16],
  ['double', 64],
  ['uint32', 32],
  ['uint64', 64],
  ['complex64', 64],
  ['complex128', 128],
  ['bfloat16', 16],
  ['float8e4m3fn', 8],
  ['float8e4m3fnuz', 8],
  ['float8e5m2', 8],
  ['float8e5m2fnuz', 8],
  ['uint4', 4],
  ['int4', 4],
  ['float4e2m1', 4],
  ['float8e8m0', 8],
  ['uint2', 2],
  ['int2', 2],
];

export const elementTypeName = (number: number): string => elementTypes[number]?.[0] ?? `type ${number}`;

/** TensorProto.DataType of a type by its name; 0 (undefined) where there is none. */
export const elementTypeNumber = (name: string): number =>
  Math.max(
    0,
    elementTypes.findIndex(([known]) => known === name),
  );

const bitsByName = new Map(elementTypes);

/** Bits per element in raw data; null for strings and types that are not known here. */
export const elementBits = (name: string): number | null => bitsByName.get(name) ?? null;

/** Bytes of raw data that a tensor of this type and size has; null where the type does not say. */
export function rawBytes(type: string, elements: number): number | null {
  const bits = elementBits(type);
  return bits === null ? null : Math.ceil((elements * bits) / 8);
}

/** Elements of a shape; NaN where a dimension is negative, Infinity where they are more than a number can count exactly. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) {
    if (dim < 0) {
      return Number.NaN;
    }
    count *= dim;
  }
  return count > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : count;
}

/** The field of TensorProto in which elements of a type stand where they are not raw: small types share int32_data. */
export function typedField(type: string): string {
  switch (type) {
    case 'float':
    case 'complex64':
      return 'float_data';
    case 'double':
    case 'complex128':
      return 'double_data';
    case 'int64':
      return 'int64_data';
    case 'uint32':
    case 'uint64':
      return 'uint64_data';
    case 'string':
      return 'string_data';
    default:
      return 'int32_data';
  }
}
