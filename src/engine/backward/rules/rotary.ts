import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { integerAttribute } from './attributes.js';

/** Cosines and sines by position, and which pairs they turn. */
export interface Turn {
  /** Of half as many features as are turned; broadcast to the tensor without its last axis. */
  cos: Value;
  sin: Value;
  /** Pairs are neighbours; otherwise the first half with the second. */
  interleaved: boolean;
}

/**
 * Pairs of features turned by their position's angles (Su et al. 2021, https://arxiv.org/abs/2104.09864); features
 * behind those that have an angle stay.
 */
export function turned(g: GraphBuilder, value: Value, { cos, sin, interleaved }: Turn): Value {
  const dims = g.dims(value);
  const last = dims.length - 1;
  const half = g.dims(cos)[g.dims(cos).length - 1];
  const part = (from: number, to: number): Value => g.slice(value, [from], [to], [last]);
  const [a, b] = interleaved ? pairs(g, part(0, 2 * half)) : [part(0, half), part(half, 2 * half)];
  const first = g.sub(g.mul(a, cos), g.mul(b, sin));
  const second = g.add(g.mul(a, sin), g.mul(b, cos));
  const joined = interleaved
    ? g.reshape(
        g.op(
          'Concat',
          [first, second].map((x) => g.reshape(x, [...dims.slice(0, last), half, 1])),
          { axis: last + 1 },
        ),
        [...dims.slice(0, last), 2 * half],
      )
    : g.op('Concat', [first, second], { axis: last });
  return dims[last] === 2 * half ? joined : g.op('Concat', [joined, part(2 * half, dims[last])], { axis: last });
}

function pairs(g: GraphBuilder, value: Value): Value[] {
  const dims = g.dims(value);
  const [before, size] = [dims.slice(0, -1), dims[dims.length - 1]];
  const apart = g.reshape(value, [...before, size / 2, 2]);
  return [0, 1].map((i) => g.reshape(g.slice(apart, [i], [i + 1], [dims.length]), [...before, size / 2]));
}

/** Rows of a cache of positions × half the features: one for each of (batch or 1) × tokens. */
export const rowsAt = (g: GraphBuilder, cache: Value, positions: Value): Value =>
  g.op('Gather', [cache, positions], { axis: 0 });

/** Turns every head of batch × tokens × (heads × size), or of batch × heads × tokens × size. */
function perHead(at: Inputs, size: (width: number) => number, rows: (cache: number) => Value, caches: number[]): Value {
  const { g, node } = at;
  const dims = at.inputDims(0);
  const interleaved = integerAttribute(node, 'interleaved', 0) === 1;
  const isFlat = dims.length === 3;
  const [cos, sin] = caches.map((cache) => {
    const found = rows(cache);
    const [batch, tokens, half] = g.dims(found);
    return g.reshape(found, isFlat ? [batch, tokens, 1, half] : [batch, 1, tokens, half]);
  });
  const width = dims[dims.length - 1];
  const apart = isFlat ? g.reshape(at.input(0), [dims[0], dims[1], width / size(width), size(width)]) : at.input(0);
  return g.reshape(turned(g, apart, { cos, sin, interleaved }), dims);
}

/** ONNX's own (opset 23): the caches' rows are chosen by positions, or they have one for each token. */
export const rotaryEmbedding: Definition = {
  by: [0],
  define(at) {
    const { g } = at;
    const heads = integerAttribute(at.node, 'num_heads', 1);
    const rows = (cache: number): Value => (at.has(3) ? rowsAt(g, at.input(cache), at.input(3)) : at.input(cache));
    return [perHead(at, (width) => width / heads, rows, [1, 2])];
  },
};

/** com.microsoft: the positions are the second input; a single one is the first token's. */
export const fusedRotaryEmbedding: Definition = {
  by: [0],
  define(at) {
    const { g, node } = at;
    if (integerAttribute(node, 'is_packed_batching', 0) === 1) at.refuse('of packed batches has no gradient here');
    const dims = at.inputDims(0);
    const tokens = dims[dims.length - 2];
    const count = at.inputDims(1).reduce((all, dim) => all * dim, 1);
    const isFirst = count === 1 && tokens * dims[0] !== 1;
    const along = g.ints(
      Array.from({ length: tokens }, (_, i) => i),
      [1, tokens],
    );
    const positions = isFirst ? g.op('Add', [along, at.input(1)]) : at.input(1);
    const stated = integerAttribute(node, 'rotary_embedding_dim', 0);
    const rows = (cache: number): Value => {
      const found = rowsAt(g, at.input(cache), positions);
      const half = g.dims(found)[g.dims(found).length - 1];
      return g.reshape(found, [g.dims(found).length === 3 ? g.dims(found)[0] : 1, tokens, half]);
    };
    const half = at.inputDims(2)[1];
    const size = (width: number): number => (stated > 0 ? width / integerAttribute(node, 'num_heads', 1) : 2 * half);
    return [perHead(at, size, rows, [2, 3])];
  },
};
