import { UserError } from '../../shared/userError.js';
import { narrowToFloat16 } from './float16.js';
import type { Tensor, TensorData } from './tensor.js';

/** An input as the model declares it. */
export interface SessionInput {
  name: string;
  /** As ONNX Runtime spells it: `float32`, `float16`, `int64`, ... */
  type: string;
  /** Numbers, symbolic names or null for an axis of any size; null as a whole where the rank is free. */
  shape: readonly (number | string | null)[] | null;
}

/** `1 × 3 × 224 × 224`; `?` for an axis of any size without a name. */
export const shapeText = (dims: readonly (number | string | null)[]): string =>
  dims.length === 0 ? 'a single number' : dims.map((dim) => (dim === null || dim === '' ? '?' : dim)).join(' × ');

/** @throws UserError where the tensor's shape does not fit the input's */
export function checkShape(model: string, input: SessionInput, dims: readonly number[]): void {
  const { shape } = input;
  if (!shape) {
    return;
  }
  if (shape.length !== dims.length || shape.some((dim, i) => typeof dim === 'number' && dim !== dims[i])) {
    throw new UserError(`${model}: input "${input.name}" wants ${shapeText(shape)}, got ${shapeText(dims)}`, {
      code: 'model/input-shape',
    });
  }
}

type NumberArray = Exclude<TensorData, BigInt64Array | BigUint64Array | string[]>;

const numberArrays: Record<string, new (length: number) => NumberArray> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
};

/**
 * A tensor's elements in the type that the model declares. Fractions are rounded where integers are wanted; bool is
 * "not zero". Elements of the declared type are passed on without a copy.
 *
 * @throws UserError where text meets numbers
 */
export function convertElements(model: string, input: SessionInput, tensor: Tensor): TensorData {
  const { type } = input;
  if (type === tensor.type) {
    return tensor.data;
  }
  if (type === 'string' || tensor.type === 'string') {
    throw new UserError(`${model}: input "${input.name}" wants ${type} values, got ${tensor.type}`, {
      hint: 'feed data of that type',
      code: 'model/input-type',
    });
  }
  const source = tensor.data as Exclude<TensorData, string[]>;
  if (type === 'int64' || type === 'uint64') {
    const wide = type === 'int64' ? new BigInt64Array(source.length) : new BigUint64Array(source.length);
    for (let i = 0; i < source.length; i++) {
      wide[i] =
        typeof source[i] === 'bigint' ? (source[i] as bigint) : BigInt(whole(model, input, source[i] as number));
    }
    return wide;
  }
  const numbers: ArrayLike<number> =
    source instanceof BigInt64Array || source instanceof BigUint64Array ? Float64Array.from(source, Number) : source;
  if (type === 'float16') {
    return narrowToFloat16(numbers);
  }
  if (type === 'bool') {
    return Uint8Array.from(numbers, (x) => (x ? 1 : 0));
  }
  const make = numberArrays[type];
  if (!make) {
    throw new UserError(`${model}: input "${input.name}" is of type ${type}, which can't be fed here`, {
      hint: 'export the model with float32 inputs',
      code: 'model/input-type',
    });
  }
  const made = new make(numbers.length);
  const rounds = !type.startsWith('float');
  for (let i = 0; i < numbers.length; i++) {
    made[i] = rounds ? whole(model, input, numbers[i]) : numbers[i];
  }
  return made;
}

function whole(model: string, input: SessionInput, value: number): number {
  if (!Number.isFinite(value)) {
    throw new UserError(`${model}: input "${input.name}" wants whole numbers (${input.type}), got ${value}`, {
      hint: 'remove the missing values from the data',
      code: 'model/input-type',
    });
  }
  return Math.round(value);
}
