import path from 'node:path';
import { elementBits } from '../onnx/elementType.js';
import { type OnnxModel, readTensor, type TensorContent, type TensorReference } from '../onnx/index.js';
import type { GraphBuilder, Value } from './emit/graphBuilder.js';
import { type DataType, dataTypes } from './emit/modelBytes.js';

/** A constant's elements as the backward model holds them. */
export interface Weight {
  type: DataType;
  dims: readonly number[];
  data: Uint8Array | { file: string; offset: number; length: number };
}

const typeNames: Record<string, DataType> = { float: 'float32', double: 'float64' };
const written = (type: string): DataType | null => {
  const name = typeNames[type] ?? type;
  return name in dataTypes ? (name as DataType) : null;
};

/** Smaller weights are copied: ONNX Runtime infers sizes from them. */
const smallBytes = 16 * 1024;

/**
 * A weight of the model for the backward model: small ones as bytes, large ones as a reference into the file in which
 * they lie already, so that nothing is copied.
 */
export async function weightOf(model: OnnxModel, tensor: TensorReference): Promise<Weight> {
  const { dims, data, type } = tensor;
  const as = written(type);
  const bits = elementBits(type);
  const bytes = bits === null ? 0 : (dims.reduce((all, dim) => all * dim, 1) * bits) / 8;
  if (as && bytes > smallBytes && (data.in === 'raw' || data.in === 'external')) {
    const file = data.in === 'raw' ? path.basename(model.path) : data.file;
    if ((data.length ?? bytes) === bytes) {
      return { type: as, dims, data: { file, offset: data.offset, length: bytes } };
    }
  }
  const { data: elements } = await readTensor(model, tensor);
  const bytesOf = Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength);
  const read = elementsAs(elements);
  return { type: as === 'bool' ? as : read, dims, data: bytesOf };
}

/** Read, 16-bit floats are widened and 4-bit integers too. */
function elementsAs(elements: TensorContent['data']): DataType {
  const names: [new () => TensorContent['data'], DataType][] = [
    [Float32Array, 'float32'],
    [Float64Array, 'float64'],
    [Int8Array, 'int8'],
    [Uint8Array, 'uint8'],
    [Int16Array, 'int16'],
    [Uint16Array, 'uint16'],
    [Int32Array, 'int32'],
    [Uint32Array, 'uint32'],
    [BigInt64Array, 'int64'],
    [BigUint64Array, 'uint64'],
  ];
  return names.find(([array]) => elements instanceof array)![1];
}

/** Puts a weight into the graph; fractions of whatever width become float32, integers stay what they are. */
export function emitWeight(g: GraphBuilder, { type, dims, data }: Weight): Value {
  const value = g.tensor(type, dims, data);
  return type === 'float16' || type === 'bfloat16' || type === 'float64' ? g.float(value) : value;
}
