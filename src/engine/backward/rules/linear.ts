import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Rule } from '../rule.js';
import { floatAttribute, integerAttribute, product } from './attributes.js';

/** Y = α A' B' + β C. */
export const gemm: Rule = {
  backward(at) {
    const { g, node, gradient } = at;
    const alpha = { float: floatAttribute(node, 'alpha', 1) };
    const beta = floatAttribute(node, 'beta', 1);
    const transA = integerAttribute(node, 'transA', 0);
    const transB = integerAttribute(node, 'transB', 0);
    const multiply = (a: Value, b: Value, ta: number, tb: number): Value =>
      g.op('Gemm', [a, b], { alpha, transA: ta, transB: tb });
    const a = (): Value =>
      transA ? multiply(at.input(1), gradient, transB, 1) : multiply(gradient, at.input(1), 0, 1 - transB);
    const b = (): Value =>
      transB ? multiply(gradient, at.input(0), 1, transA) : multiply(at.input(0), gradient, 1 - transA, 0);
    const c = (): Value => {
      const sum = g.unbroadcast(gradient, at.inputDims(2));
      return beta === 1 ? sum : g.mul(sum, beta);
    };
    return [at.wants(0) ? a() : null, at.wants(1) ? b() : null, at.wants(2) ? c() : null];
  },
};

/** Numpy's matmul: vectors, stacks of matrices, broadcast. */
export const matmul: Rule = {
  backward(at) {
    const { g } = at;
    const [aDims, bDims] = [at.inputDims(0), at.inputDims(1)];
    const rows = aDims.length === 1 ? [1, ...aDims] : aDims;
    const columns = bDims.length === 1 ? [...bDims, 1] : bDims;
    const batch = at
      .outputDims()
      .slice(0, at.outputDims().length - (aDims.length > 1 ? 1 : 0) - (bDims.length > 1 ? 1 : 0));
    const gradient = g.reshape(at.gradient, [...batch, rows[rows.length - 2], columns[columns.length - 1]]);
    const a = (): Value => {
      const b = g.reshape(at.input(1), columns);
      return g.reshape(g.unbroadcast(g.op('MatMul', [gradient, swapLast(g, b)]), rows), aDims);
    };
    const b = (): Value => {
      const a = g.reshape(at.input(0), rows);
      const [inner, outer] = [columns[columns.length - 2], columns[columns.length - 1]];
      if (columns.length === 2) {
        // One matrix for the whole stack: its rows are summed over by the product itself.
        const stacked = g.reshape(a, [product(rows.slice(0, -1)), inner]);
        const all = g.reshape(gradient, [product(rows.slice(0, -1)), outer]);
        return g.reshape(g.op('Gemm', [stacked, all], { transA: 1 }), bDims);
      }
      return g.reshape(g.unbroadcast(g.op('MatMul', [swapLast(g, a), gradient]), columns), bDims);
    };
    return [at.wants(0) ? a() : null, at.wants(1) ? b() : null];
  },
};

/** Swaps the last two axes. */
export function swapLast(g: GraphBuilder, value: Value): Value {
  const rank = g.dims(value).length;
  return g.transpose(value, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}
