import { indexOf, integerAttribute, integersAttribute } from './graphIndex.js';
import type { Node, OnnxModel } from './model.js';
import { readTensor } from './readTensor.js';
import { fromStart, inferFacts, isNumber } from './shape/index.js';

/** Real numbers in row-major order. */
export interface Numbers {
  dims: readonly number[];
  data: Float32Array | Float64Array;
}

/**
 * A constant as real numbers, through what exporters put between a weight and its use: Identity, Cast, Transpose,
 * Reshape and its kin, DequantizeLinear. Null where it is none, or is computed in another way.
 */
export async function constantTensor(model: OnnxModel, name: string): Promise<Numbers | null> {
  const fact = inferFacts(model).get(name);
  const index = indexOf(model);
  const stored = index.constant(name);
  if (stored) {
    const { dims, data } = await readTensor(model, stored);
    return { dims, data: asReal(data) };
  }
  const node = index.producer.get(name);
  if (!node || !fact?.constant) {
    return null;
  }
  const dims = fact.shape?.every(isNumber) ? (fact.shape as number[]) : null;
  if (node.op === 'ConstantOfShape' && dims) {
    const value = node.attributes.get('value');
    const fill = value?.type === 'tensor' ? (value.value.values?.[0] ?? 0) : 0;
    return { dims, data: new Float32Array(dims.reduce((all, dim) => all * dim, 1)).fill(fill) };
  }
  switch (node.op) {
    case 'Identity':
    case 'Cast':
      return constantTensor(model, node.inputs[0]);
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze': {
      const from = await constantTensor(model, node.inputs[0]);
      return from && dims ? { dims, data: from.data } : null;
    }
    case 'Transpose': {
      const from = await constantTensor(model, node.inputs[0]);
      return (
        from && transposed(from, integersAttribute(node, 'perm') ?? from.dims.map((_, i) => from.dims.length - 1 - i))
      );
    }
    case 'DequantizeLinear':
      return dequantised(model, node, 0, integerAttribute(node, 'axis', 1));
    default:
      return null;
  }
}

/**
 * (q - zero point) × scale; the scale at the input behind the values, the zero point behind that.
 *
 * @param axis of the values along which scales and zero points run, where there are several
 */
export async function dequantised(model: OnnxModel, node: Node, values: number, axis: number): Promise<Numbers | null> {
  const quantised = await constantTensor(model, node.inputs[values]);
  const scale = await constantTensor(model, node.inputs[values + 1] ?? '');
  const zeroName = node.inputs[values + 2] ?? '';
  const zero = zeroName === '' ? null : await constantTensor(model, zeroName);
  if (!quantised || !scale || (zeroName !== '' && !zero)) {
    return null;
  }
  const at = fromStart(axis, quantised.dims.length);
  const inner = quantised.dims.slice(at + 1).reduce((all, dim) => all * dim, 1);
  const length = quantised.dims[at] ?? 1;
  const perAxis = scale.data.length > 1;
  if (perAxis && scale.data.length !== length) {
    return null;
  }
  const data = Float32Array.from(quantised.data, (q, i) => {
    const k = perAxis ? Math.floor(i / inner) % length : 0;
    return (q - (zero ? zero.data[zero.data.length > 1 ? k : 0] : 0)) * scale.data[k];
  });
  return { dims: quantised.dims, data };
}

function transposed({ dims, data }: Numbers, order: readonly number[]): Numbers {
  const strides = dims.map((_, i) => dims.slice(i + 1).reduce((all, dim) => all * dim, 1));
  const to = order.map((axis) => dims[axis]);
  const made = new Float64Array(data.length);
  const at = new Array<number>(to.length).fill(0);
  for (let i = 0; i < made.length; i++) {
    made[i] = data[at.reduce((sum, position, axis) => sum + position * strides[order[axis]], 0)];
    for (let axis = to.length - 1; axis >= 0 && ++at[axis] === to[axis]; axis--) {
      at[axis] = 0;
    }
  }
  return { dims: to, data: made };
}

function asReal(data: Awaited<ReturnType<typeof readTensor>>['data']): Float32Array | Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return data;
  }
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}
