import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import type { Tensor } from '../runtime/tensor.js';
import { readArray } from './arrayFile.js';
import { cast, describeInput, filled, isInteger, modelInputs, tensorTypeOf, type ModelInput } from './modelInput.js';
import { didYouMean } from './nearest.js';
import { sizeOf } from './npy.js';

/** The inputs of a model that the samples don't feed. */
export interface OtherInputs {
  /** As one sample wants them. */
  oneSample: Record<string, Tensor>;
  /** As a batch wants them: repeated along their batch axis, or the samples' own values where there is one for each. */
  feeds(first: number, count: number): Record<string, Tensor>;
  assumptions: string[];
}

interface Other {
  name: string;
  tensor: Tensor;
  /** Axis along which it grows with the batch; null: it is the same for every batch. */
  batchAxis: number | null;
}

/**
 * @param fed     the input that the samples feed
 * @param fedDims one sample's axes there, without the batch axis; gives sizes to axes of the same name elsewhere
 * @param given   `inputs` of the probe file: a number, nested arrays, or a path to .npy
 * @param base    folder that such paths are relative to
 */
export async function otherInputs(
  model: OnnxModel,
  fed: ModelInput,
  fedDims: readonly number[] | null,
  given: Record<string, number | unknown[] | string> = {},
  base = '.',
): Promise<OtherInputs> {
  const assumptions: string[] = [];
  const inputs = modelInputs(model);
  for (const name of Object.keys(given)) {
    if (name === fed.name) throw new UserError(`"inputs" gives a value for "${name}", which the samples feed`);
    if (!inputs.some((input) => input.name === name)) {
      const names = inputs.map((input) => input.name);
      throw new UserError(`"inputs": the model has no input "${name}"`, {
        hint: didYouMean(name, names, 'its inputs'),
      });
    }
  }
  const sizes = new Map<string, number>();
  fed.shape?.forEach((size, axis) => {
    if (axis > 0 && typeof size === 'string' && fedDims) sizes.set(size, fedDims[axis - 1]);
  });
  const others: Other[] = [];
  for (const input of inputs) {
    if (input.name === fed.name) continue;
    const batchAxis = batchAxisOf(input, fed);
    const value = Object.hasOwn(given, input.name) ? given[input.name] : undefined;
    const dims = (input.shape ?? []).map((size, axis) =>
      typeof size === 'number' ? size : axis === batchAxis ? 1 : (sizes.get(size ?? '') ?? 1),
    );
    if (value === undefined) {
      const usual = usualValue(input);
      others.push({ name: input.name, tensor: filled(tensorTypeOf(input), dims, usual.value), batchAxis });
      assumptions.push(`Input "${input.name}" is fed ${usual.words}, because the probe file says nothing of it.`);
    } else {
      others.push({ name: input.name, tensor: await givenValue(input, value, dims, batchAxis, base), batchAxis });
    }
  }
  return {
    oneSample: Object.fromEntries(others.map(({ name, tensor, batchAxis }) => [name, oneOf(tensor, batchAxis)])),
    feeds: (first, count) => Object.fromEntries(others.map((other) => [other.name, batchOf(other, first, count)])),
    assumptions,
  };
}

/**
 * The axis that grows with the batch: the one named as the first axis of the fed input is; else the first axis where
 * that is open; else the first open axis (recurrent states lie as layers × batch × features). None where all are fixed.
 */
function batchAxisOf(input: ModelInput, fed: ModelInput): number | null {
  const batch = fed.shape?.[0];
  if (input.shape === null || input.shape.length === 0 || typeof batch === 'number') return null;
  const named = typeof batch === 'string' ? input.shape.indexOf(batch) : -1;
  if (named >= 0) return named;
  const open = input.shape.findIndex((size) => typeof size !== 'number');
  return open < 0 ? null : open;
}

/** Zeros, but for two inputs whose zero would switch the model off. */
function usualValue(input: ModelInput): { value: number; words: string } {
  if (/^(sr|sample_?rate|sampling_?rate)$/i.test(input.name) && isInteger(input) && !input.shape?.length) {
    return { value: 16000, words: '16000 (samples a second)' };
  }
  if (/(^|[_./])(attention|input|padding)_?mask$/i.test(input.name)) return { value: 1, words: 'ones' };
  const several = input.shape === null || input.shape.length > 0;
  return { value: 0, words: several ? 'zeros' : 'zero' };
}

async function givenValue(
  input: ModelInput,
  value: number | unknown[] | string,
  dims: number[],
  batchAxis: number | null,
  base: string,
): Promise<Tensor> {
  const type = tensorTypeOf(input);
  if (typeof value === 'number') return filled(type, dims, value);
  const array = typeof value === 'string' ? await readArray(path.resolve(base, value)) : nested(value, input.name);
  const wanted = input.shape;
  const fits = (shape: readonly number[]) =>
    wanted === null ||
    (wanted.length === shape.length &&
      shape.every((size, axis) => typeof wanted[axis] !== 'number' || wanted[axis] === size));
  let shape = array.dims;
  // A value without the batch axis is for every sample.
  if (!fits(shape) && batchAxis !== null) {
    const withBatch = [...shape.slice(0, batchAxis), 1, ...shape.slice(batchAxis)];
    if (fits(withBatch)) shape = withBatch;
  }
  if (!fits(shape)) {
    throw new UserError(
      `"inputs": the value for "${input.name}" is ${shape.join(' × ') || 'a single number'}, ` +
        `which does not fit ${describeInput(input)}`,
      { code: 'probe/input-shape' },
    );
  }
  return { type, dims: shape, data: cast(type, array.data) };
}

/** Nested arrays of numbers as a tensor. */
function nested(value: unknown[], name: string): Tensor {
  const dims: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) dims.push(level.length);
  const flat: number[] = [];
  const collect = (level: unknown, axis: number): void => {
    if (axis === dims.length) {
      if (typeof level !== 'number') {
        throw new UserError(`"inputs": the value for "${name}" holds ${JSON.stringify(level)}, which is no number`);
      }
      flat.push(level);
      return;
    }
    if (!Array.isArray(level) || level.length !== dims[axis]) {
      throw new UserError(`"inputs": the arrays given for "${name}" are not of equal length`);
    }
    for (const inner of level) collect(inner, axis + 1);
  };
  collect(value, 0);
  return { type: 'float64', dims, data: Float64Array.from(flat) };
}

const oneOf = (tensor: Tensor, axis: number | null): Tensor =>
  axis === null || tensor.dims[axis] === 1 ? tensor : along(tensor, axis, 0, 1);

function batchOf({ tensor, batchAxis, name }: Other, first: number, count: number): Tensor {
  if (batchAxis === null) return tensor;
  const available = tensor.dims[batchAxis];
  if (available !== 1 && first + count > available) {
    throw new UserError(`"inputs": "${name}" has values for ${available} samples; there are more`);
  }
  return along(tensor, batchAxis, first, count);
}

/** `count` slices along the axis from `first` on; where there is only one, that one again and again. */
function along(tensor: Tensor, axis: number, first: number, count: number): Tensor {
  const { dims } = tensor;
  const block = sizeOf(dims.slice(axis + 1));
  const blocks = sizeOf(dims.slice(0, axis));
  const data = tensor.data as Float32Array;
  const out = new (data.constructor as Float32ArrayConstructor)(blocks * count * block);
  for (let outer = 0; outer < blocks; outer++) {
    for (let i = 0; i < count; i++) {
      const from = (outer * dims[axis] + (dims[axis] === 1 ? 0 : first + i)) * block;
      for (let k = 0; k < block; k++) out[(outer * count + i) * block + k] = data[from + k];
    }
  }
  return { type: tensor.type, dims: [...dims.slice(0, axis), count, ...dims.slice(axis + 1)], data: out };
}
