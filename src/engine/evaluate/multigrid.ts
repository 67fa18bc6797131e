import { type CoarserGrid, coarserGrid } from './coarserGrid.js';
import { DenseSolver } from './denseSolver.js';
import type { GridLevel } from './gridLevel.js';
import { multiplyPixels, sweepBack, sweepForth } from './gridSweeps.js';

/** A grid that is this small in both directions is solved as it is. */
const coarsest = 3;
/** More than it ever takes: each step gains about a digit. */
const mostSteps = 200;

interface Stage {
  level: GridLevel;
  coarser: CoarserGrid | null;
  side: Float64Array;
  solution: Float64Array;
  residual: Float64Array;
}

/**
 * Solves a system on a grid by conjugate gradients, preconditioned by a multigrid cycle: one sweep forth, the coarser grids, one
 * sweep back, which is symmetric. The work grows with the number of nodes, however they lie.
 */
export class Multigrid {
  readonly #stages: Stage[] = [];
  readonly #smallest: DenseSolver;

  private constructor(levels: { level: GridLevel; coarser: CoarserGrid | null }[]) {
    this.#stages = levels.map(({ level, coarser }) => {
      const plane = () => new Float64Array(level.diagonal.length);
      return { level, coarser, side: plane(), solution: plane(), residual: plane() };
    });
    this.#smallest = new DenseSolver(levels[levels.length - 1].level);
  }

  /** @param pause awaited after each piece of work */
  static async of(finest: GridLevel, pause: () => Promise<void>): Promise<Multigrid> {
    const levels: { level: GridLevel; coarser: CoarserGrid | null }[] = [];
    for (let level = finest; ;) {
      await pause();
      const coarser = Math.max(level.height, level.width) > coarsest ? coarserGrid(level) : null;
      levels.push({ level, coarser });
      if (!coarser) return new Multigrid(levels);
      level = coarser.level;
    }
  }

  /**
   * Changes x, where the search begins, to the solution.
   *
   * @param enough of the error's energy (eᵀAe)^½
   */
  async solve(side: Float64Array, x: Float64Array, enough: number, pause: () => Promise<void>): Promise<void> {
    const [{ level, side: residual, solution: conditioned }] = this.#stages;
    const { nodes } = level;
    const product = new Float64Array(x.length);
    const direction = new Float64Array(x.length);
    multiplyPixels(level, x, product);
    for (let n = 0; n < nodes.length; n++) residual[nodes[n]] = side[nodes[n]] - product[nodes[n]];
    let energy = 0;
    for (let step = 0; step < mostSteps; step++) {
      await pause();
      this.#cycle(0);
      const next = dot(nodes, residual, conditioned);
      if (!(next > enough * enough)) return;
      const kept = step === 0 ? 0 : next / energy;
      energy = next;
      for (let n = 0; n < nodes.length; n++) {
        const i = nodes[n];
        direction[i] = conditioned[i] + kept * direction[i];
      }
      multiplyPixels(level, direction, product);
      const length = energy / dot(nodes, direction, product);
      for (let n = 0; n < nodes.length; n++) {
        const i = nodes[n];
        x[i] += length * direction[i];
        residual[i] -= length * product[i];
      }
    }
  }

  /** From the stage's right-hand side to about its solution. */
  #cycle(depth: number): void {
    const { level, coarser, side, solution, residual } = this.#stages[depth];
    if (!coarser) {
      this.#smallest.solve(side, solution);
      return;
    }
    sweepForth(level, side, solution, residual);
    const next = this.#stages[depth + 1];
    restrict(level.stride, coarser, residual, next.side);
    this.#cycle(depth + 1);
    addInterpolated(level.nodes, coarser, next.solution, solution);
    sweepBack(level, side, solution);
  }
}

/** The transposed interpolation. */
function restrict(stride: number, { level, centres }: CoarserGrid, fine: Float64Array, coarse: Float64Array): void {
  const { nodes } = level;
  for (let n = 0; n < nodes.length; n++) {
    const i = centres[n];
    const [north, south] = [i - stride, i + stride];
    coarse[nodes[n]] =
      fine[i] +
      0.5 * (fine[i - 1] + fine[i + 1] + fine[north] + fine[south]) +
      0.25 * (fine[north - 1] + fine[north + 1] + fine[south - 1] + fine[south + 1]);
  }
}

function addInterpolated(
  nodes: Int32Array,
  { level: { stride }, parents, between }: CoarserGrid,
  coarse: Float64Array,
  fine: Float64Array,
): void {
  for (let n = 0; n < nodes.length; n++) {
    const parent = parents[n];
    const right = parent + (between[n] & 1);
    const down = between[n] & 2 ? stride : 0;
    fine[nodes[n]] += 0.25 * (coarse[parent] + coarse[right] + coarse[parent + down] + coarse[right + down]);
  }
}

function dot(nodes: Int32Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < nodes.length; n++) sum += a[nodes[n]] * b[nodes[n]];
  return sum;
}
