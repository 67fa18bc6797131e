import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Rule } from '../rule.js';
import { swapLast } from './linear.js';

/** Y = X⁻¹: dX = -Yᵀ dY Yᵀ. */
export const inverse: Rule = {
  backward(at) {
    const { g } = at;
    const turned = swapLast(g, at.output());
    return [g.neg(g.op('MatMul', [g.op('MatMul', [turned, at.gradient]), turned]))];
  },
};

/** Larger ones have too many terms. */
const largest = 6;

/** By cofactors, along the first row: nothing is divided, so that singular matrices have their gradient. */
export const determinant: Definition = {
  define(at) {
    const { g } = at;
    const dims = at.inputDims(0);
    const size = dims[dims.length - 1];
    if (size > largest) at.refuse(`of more than ${largest} × ${largest} elements has no gradient here`);
    const element = (row: number, column: number): Value => {
      const rank = dims.length;
      const one = g.slice(at.input(0), [row, column], [row + 1, column + 1], [rank - 2, rank - 1]);
      return g.reshape(one, dims.slice(0, -2));
    };
    return [
      minor(
        g,
        element,
        0,
        Array.from({ length: size }, (_, i) => i),
      ),
    ];
  },
};

/** The determinant of the rows from `row` on and of some columns. */
function minor(
  g: GraphBuilder,
  element: (row: number, column: number) => Value,
  row: number,
  columns: number[],
): Value {
  if (columns.length === 1) return element(row, columns[0]);
  return columns
    .map((column, i) => {
      const rest = minor(
        g,
        element,
        row + 1,
        columns.filter((other) => other !== column),
      );
      const term = g.mul(element(row, column), rest);
      return i % 2 === 0 ? term : g.neg(term);
    })
    .reduce((a, b) => g.add(a, b));
}
