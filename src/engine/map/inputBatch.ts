import type { Tensor } from '../runtime/tensor.js';

type Feeds = Record<string, Tensor>;
/** Numbers of any type; 64-bit integers are none that a score is made of. */
type Elements = Exclude<Tensor['data'], string[] | BigInt64Array | BigUint64Array>;

/** How an input's tensor is laid out: the axes of places, behind the batch; the other one is the channels'. */
export interface InputLayout {
  /** Of the batch's tensor. */
  placeAxes: readonly number[];
  /** Sizes of the axes of places. */
  size: readonly number[];
}

/** Where in an input's tensor the places are: behind the channels, or before them, if those are 1, 3 or 4 at the end. */
export function inputLayout(dims: readonly number[]): InputLayout {
  const last = dims.length - 1;
  const channelsLast = dims.length === 4 && isChannels(dims[last]) && !isChannels(dims[1]);
  const placeAxes = dims.flatMap((_, axis) => (axis > 0 && axis !== (channelsLast ? last : 1) ? [axis] : []));
  return { placeAxes, size: placeAxes.map((axis) => dims[axis]) };
}

/** As many as a picture's pixels have. */
export const isChannels = (size: number): boolean => size === 1 || size === 3 || size === 4;

/** One sample's elements of a batch; of a tensor that is not per sample, all of them. */
export function sampleElements({ dims, data }: Tensor, batch: number, sample: number): Elements {
  if (Array.isArray(data) || data instanceof BigInt64Array || data instanceof BigUint64Array) {
    throw new Error('scores and activations are fractions');
  }
  if (dims[0] !== batch) return data;
  const each = data.length / batch;
  return data.subarray(sample * each, (sample + 1) * each);
}

/** One sample of a batch, as often as asked for; what is not per sample stays. */
export function repeatedSample(feeds: Feeds, batch: number, sample: number, times: number): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      if (tensor.dims[0] !== batch) return [name, tensor];
      const dims = [times, ...tensor.dims.slice(1)];
      const each = tensor.data.length / batch;
      if (Array.isArray(tensor.data)) {
        const own = tensor.data.slice(sample * each, (sample + 1) * each);
        return [name, { ...tensor, dims, data: Array.from({ length: times }, () => own).flat() }];
      }
      const own = tensor.data.subarray(sample * each, (sample + 1) * each);
      const data = new (own.constructor as Float32ArrayConstructor)(own.length * times);
      for (let i = 0; i < times; i++) data.set(own as Float32Array, i * own.length);
      return [name, { ...tensor, dims, data }];
    }),
  );
}

/** A batch made full by repeating its first sample; what is not per sample stays. */
export function fullBatch(feeds: Feeds, count: number, batch: number): Feeds {
  if (count === batch) return feeds;
  const filling = repeatedSample(feeds, count, 0, batch - count);
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      if (tensor.dims[0] !== count) return [name, tensor];
      const dims = [batch, ...tensor.dims.slice(1)];
      const more = filling[name].data;
      if (Array.isArray(tensor.data)) return [name, { ...tensor, dims, data: [...tensor.data, ...(more as string[])] }];
      const data = new (tensor.data.constructor as Float32ArrayConstructor)(tensor.data.length + more.length);
      data.set(tensor.data as Float32Array);
      data.set(more as Float32Array, tensor.data.length);
      return [name, { ...tensor, dims, data }];
    }),
  );
}

/** The feeds with one input's values replaced. */
export function withInput(feeds: Feeds, input: string, data: Float32Array): Feeds {
  return { ...feeds, [input]: { type: 'float32', dims: feeds[input].dims, data } };
}

export const inputValues = (feeds: Feeds, input: string): Float32Array => {
  const { data } = feeds[input];
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
};

/** The input in a mirror: its last axis of places the other way round. */
export function mirrored(values: Float32Array, dims: readonly number[], { placeAxes }: InputLayout): Float32Array {
  const axis = placeAxes[placeAxes.length - 1];
  return reversed(values, dims[axis], product(dims.slice(axis + 1)));
}

/** A map in a mirror. */
export const mirroredMap = (map: Float32Array, places: readonly number[]): Float32Array =>
  reversed(map, places[places.length - 1], 1);

function reversed(values: Float32Array, length: number, after: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += length * after) {
    for (let i = 0; i < length; i++) {
      out.set(values.subarray(start + i * after, start + (i + 1) * after), start + (length - 1 - i) * after);
    }
  }
  return out;
}

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);
