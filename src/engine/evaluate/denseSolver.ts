import { type GridLevel, linkAfter } from './gridLevel.js';

/** Share of a diagonal element that rounding leaves of what is 0. */
const rounding = 1e-12;

/** Cholesky's decomposition LDLᵀ of a small system on a grid. Nodes that follow from others stay 0. */
export class DenseSolver {
  readonly #nodes: Int32Array;
  /** Rows of L below the diagonal of ones, and 1 / D. */
  readonly #rows: Float64Array[];
  readonly #inverse: Float64Array;

  constructor(level: GridLevel) {
    const { nodes, stride, diagonal } = level;
    const isNext = (away: number): boolean => away === 1 || Math.abs(away - stride) <= 1;
    this.#nodes = nodes;
    this.#inverse = new Float64Array(nodes.length);
    this.#rows = Array.from(nodes, () => new Float64Array(nodes.length));
    nodes.forEach((i, row) => {
      const own = this.#rows[row];
      let pivot = diagonal[i];
      for (let column = 0; column < row; column++) {
        const other = this.#rows[column];
        let value = isNext(i - nodes[column]) ? -linkAfter(level, nodes[column], i) : 0;
        for (let k = 0; k < column; k++) {
          if (this.#inverse[k] > 0) value -= (own[k] * other[k]) / this.#inverse[k];
        }
        own[column] = value * this.#inverse[column];
        pivot -= own[column] * value;
      }
      this.#inverse[row] = pivot > rounding * diagonal[i] ? 1 / pivot : 0;
    });
  }

  solve(side: Float64Array, x: Float64Array): void {
    const nodes = this.#nodes;
    for (let row = 0; row < nodes.length; row++) {
      let value = side[nodes[row]];
      for (let k = 0; k < row; k++) value -= this.#rows[row][k] * x[nodes[k]];
      x[nodes[row]] = value;
    }
    for (let row = nodes.length - 1; row >= 0; row--) {
      let value = x[nodes[row]] * this.#inverse[row];
      for (let k = row + 1; k < nodes.length; k++) value -= this.#rows[k][row] * x[nodes[k]];
      x[nodes[row]] = value;
    }
  }
}
