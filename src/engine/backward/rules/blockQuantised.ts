import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { integerAttribute } from './attributes.js';
import { swapLast } from './linear.js';

/** Bytes as the numbers of a few bits that are packed in them, the lowest bits first, along a new last axis. */
function unpacked(g: GraphBuilder, packed: Value, bits: number): Value {
  const dims = g.dims(packed);
  const apart = g.reshape(packed, [...dims, 1]);
  if (bits === 8) return g.float(apart);
  const byte = (value: number): Value => g.tensor('uint8', [1], Uint8Array.of(value));
  const whole = { dims: [...dims, 1] };
  const parts = Array.from({ length: 8 / bits }, (_, i) => {
    const moved = i === 0 ? apart : g.op('BitShift', [apart, byte(i * bits)], { direction: 'RIGHT' }, whole);
    return g.op('BitwiseAnd', [moved, byte(2 ** bits - 1)], {}, whole);
  });
  return g.float(g.op('Concat', parts, { axis: dims.length }));
}

/** The weight that blocks of integers stand for, (q - zero point) × scale: K × N. */
function weight(at: Inputs): Value {
  const { g, node } = at;
  const [k, n, bits, block] = ['K', 'N', 'bits', 'block_size'].map((name) => integerAttribute(node, name, 4));
  if (![2, 4, 8].includes(bits)) at.refuse(`with weights of ${bits} bits has no gradient here`);
  const blocks = Math.ceil(k / block);
  const integers = g.reshape(unpacked(g, at.input(1), bits), [n, blocks, block]);
  const scales = g.reshape(g.float(at.input(2)), [n, blocks, 1]);
  const real = g.mul(g.sub(integers, zeroPoints(at, n, blocks, bits)), scales);
  const rows = g.reshape(real, [n, blocks * block]);
  return swapLast(g, blocks * block === k ? rows : g.slice(rows, [0], [k], [1]));
}

/** In the middle of the range where none are given; packed as the weight is, row by row, or as fractions. */
function zeroPoints(at: Inputs, n: number, blocks: number, bits: number): Value {
  const { g } = at;
  if (!at.has(3)) return g.floats([2 ** (bits - 1)], []);
  const type = at.type(3);
  if (type !== null && type !== 'uint8') return g.reshape(g.float(at.input(3)), [n, blocks, 1]);
  const perRow = Math.ceil((blocks * bits) / 8);
  const all = g.reshape(unpacked(g, g.reshape(at.input(3), [n, perRow]), bits), [n, (perRow * 8) / bits]);
  return g.reshape((perRow * 8) / bits === blocks ? all : g.slice(all, [0], [blocks], [1]), [n, blocks, 1]);
}

/** com.microsoft.MatMulNBits: a product with a weight of 2, 4 or 8 bits an element. */
export const matmulNBits: Definition = {
  by: [0, 5],
  define(at) {
    if (at.has(4)) at.refuse('with its groups in another order has no gradient here');
    const made = at.g.op('MatMul', [at.input(0), weight(at)]);
    return [at.has(5) ? at.g.add(made, at.input(5)) : made];
  },
};
