import { UserError } from '../../shared/userError.js';
import type { OnnxModel, ValueInfo } from '../onnx/model.js';
import type { Tensor, TensorType } from '../runtime/tensor.js';
import { sizeOf } from './npy.js';
import { didYouMean } from './nearest.js';

export type ModelInput = Pick<ValueInfo, 'name' | 'type' | 'shape'>;

/** What a caller of the model must feed: the graph's inputs without those that have a default value in the file. */
export const modelInputs = (model: OnnxModel): ModelInput[] =>
  model.graph.inputs.filter((input) => !model.graph.initializers.has(input.name));

/**
 * The input that a probe set feeds: the named one, the only one, or the first of several that the data fit.
 *
 * @param fits null: the data say nothing of it, so the first input that may vary from sample to sample is taken
 */
export function chooseInput(
  model: OnnxModel,
  named: string | undefined,
  fits: ((input: ModelInput) => boolean) | null,
  assumptions: string[],
): ModelInput {
  const inputs = modelInputs(model);
  if (inputs.length === 0) {
    throw new UserError('the model has no inputs, so there is nothing to explain it with', { code: 'probe/no-input' });
  }
  if (named !== undefined) {
    const found = inputs.find((input) => input.name === named);
    if (found) return found;
    const names = inputs.map((input) => input.name);
    throw new UserError(`the model has no input "${named}"`, {
      hint: didYouMean(named, names, 'its inputs'),
      code: 'probe/no-input',
    });
  }
  if (inputs.length === 1) return inputs[0];
  const varying = inputs.filter((input) => input.shape === null || input.shape.length > 0);
  const chosen = varying.find((input) => fits?.(input) ?? true) ?? varying[0] ?? inputs[0];
  assumptions.push(`The samples feed the input "${chosen.name}", the first of the model's inputs that they fit.`);
  return chosen;
}

/** `input "obs" (batch × 4)` */
export function describeInput({ name, shape }: ModelInput): string {
  if (shape === null) return `input "${name}"`;
  if (shape.length === 0) return `input "${name}" (a single value)`;
  return `input "${name}" (${shape.map((size) => size ?? '?').join(' × ')})`;
}

const tensorTypes: Record<string, TensorType> = {
  float: 'float32',
  // Widened here; narrowed again where the model is run.
  float16: 'float32',
  bfloat16: 'float32',
  double: 'float64',
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  int64: 'int64',
  uint64: 'uint64',
  bool: 'bool',
  string: 'string',
};

/** @throws UserError for sequences, maps and element types that can't be fed */
export function tensorTypeOf(input: ModelInput): TensorType {
  const type = tensorTypes[input.type];
  if (type) return type;
  throw new UserError(`input "${input.name}" is of type ${input.type}, which can't be fed from a probe set`, {
    code: 'probe/input-type',
  });
}

export const isFloat = ({ type }: ModelInput): boolean => ['float', 'float16', 'bfloat16', 'double'].includes(type);
export const isInteger = ({ type }: ModelInput): boolean => /^u?int(8|16|32|64)$/.test(type);

/** Whether a picture can be fed: four axes, of which one is 1 or 3 channels, and places along the other two. */
export function isPicture(input: ModelInput): boolean {
  const { shape } = input;
  if (shape?.length !== 4 || !(isFloat(input) || input.type === 'uint8')) return false;
  const channels = (size: number | string | null) => size === 1 || size === 3;
  const place = (size: number | string | null) => typeof size !== 'number' || size >= 8;
  const [, second, third, fourth] = shape;
  const first = (channels(second) || typeof second !== 'number') && place(third) && place(fourth);
  const last = channels(fourth) && place(second) && place(third);
  return first || last;
}

/** Values of one sample; null where the model leaves that open. */
export function valuesPerSample({ shape }: ModelInput): number | null {
  if (shape === null || shape.length === 0) return null;
  const inner = shape.slice(1);
  return inner.every((size) => typeof size === 'number') ? sizeOf(inner as number[]) : null;
}

/**
 * Axes of one sample (without the batch axis) that hold `values` numbers: fixed sizes stay, one open axis takes the
 * rest, further open axes before it become 1. Null where no sizes agree.
 */
export function sampleDims({ shape }: ModelInput, values: number): number[] | null {
  if (shape === null) return [values];
  if (shape.length === 0) return null;
  const inner = shape.slice(1);
  const fixed = sizeOf(inner.filter((size): size is number => typeof size === 'number'));
  const open = inner.map((size) => typeof size !== 'number').lastIndexOf(true);
  if (open < 0) return fixed === values ? (inner as number[]) : null;
  if (fixed === 0 || values % fixed !== 0) return null;
  return inner.map((size, axis) => (typeof size === 'number' ? size : axis === open ? values / fixed : 1));
}

/** Whether an array of shape (samples, ...rest) can feed the input: the same axes, or as many values. */
export function arrayDims(input: ModelInput, rest: readonly number[]): number[] | null {
  const { shape } = input;
  const sameAxes = shape?.length === rest.length + 1 && rest.every((size, axis) => fits(shape[axis + 1], size));
  if (shape === null || sameAxes) return [...rest];
  return valuesPerSample(input) === sizeOf(rest) ? sampleDims(input, sizeOf(rest)) : null;
}

const fits = (wanted: number | string | null, size: number): boolean => typeof wanted !== 'number' || wanted === size;

/** Numbers as elements of that type; integers are truncated toward zero as a cast in C does, `bool` is "not 0". */
export function cast(type: TensorType, values: Tensor['data']): Tensor['data'] {
  if (type === 'string') return Array.from(values as unknown as Iterable<unknown>, String);
  const source = values as ArrayLike<number | bigint>;
  if (type === 'bool') return Uint8Array.from(source, (x) => (Number(x) !== 0 ? 1 : 0));
  if (type === 'int64' || type === 'uint64') {
    const whole = (x: number | bigint) => (typeof x === 'bigint' ? x : BigInt(Number.isFinite(x) ? Math.trunc(x) : 0));
    return type === 'int64' ? BigInt64Array.from(source, whole) : BigUint64Array.from(source, whole);
  }
  const of = arrays[type];
  if (values instanceof of) return values;
  return (of as Float32ArrayConstructor).from(source as ArrayLike<number>, Number);
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

/** A tensor of that type with the value everywhere. */
export function filled(type: TensorType, dims: readonly number[], value: number): Tensor {
  return { type, dims, data: cast(type, new Float64Array(sizeOf(dims)).fill(value)) };
}
