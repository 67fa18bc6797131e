/** A tensor on its way into or out of a session. float16 and bfloat16 arrive here widened to float32. */
export interface Tensor {
  type: TensorType;
  dims: readonly number[];
  data: TensorData;
}

export type TensorType =
  | 'float32'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

/** One batch of one layer's activations in the layout that every reducer reads. */
export interface ActivationBatch {
  /** Index in the probe set of the batch's first sample. */
  first: number;
  samples: number;
  units: number;
  /** 1 × 1 for layers without places; 1 × n for sequences. */
  height: number;
  width: number;
  /** samples × units × height × width. */
  values: Float32Array;
}

/** Holds bounded memory; several run in one pass over the probe set. */
export interface Reducer<Result> {
  add(batch: ActivationBatch): void;
  result(): Result;
}
