import { widenBfloat16, widenFloat16 } from './float16.js';
import type { Tensor, TensorData, TensorType } from './tensor.js';

/** What ONNX Runtime gives back; its arrays become garbage with it, so elements are passed on without a copy. */
export interface FetchedTensor {
  type: string;
  dims: readonly number[];
  data: unknown;
}

/** float16 and bfloat16 are widened to float32; every other type stays as it is. */
export function fromFetched({ type, dims, data }: FetchedTensor): Tensor {
  if (type === 'float16' || type === 'bfloat16') {
    // Newer versions of Node hand out a Float16Array, which converts itself.
    const widen = type === 'float16' ? widenFloat16 : widenBfloat16;
    const wide = data instanceof Uint16Array ? widen(data) : Float32Array.from(data as ArrayLike<number>);
    return { type: 'float32', dims: [...dims], data: wide };
  }
  return { type: type as TensorType, dims: [...dims], data: data as TensorData };
}
