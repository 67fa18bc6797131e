import type { Planes } from './planes.js';

const direct = 1 / 6;
const diagonal = 1 / 12;
const neighbours: [dy: number, dx: number, weight: number][] = [
  [0, 1, direct],
  [0, -1, direct],
  [1, 0, direct],
  [-1, 0, direct],
  [1, 1, diagonal],
  [1, -1, diagonal],
  [-1, 1, diagonal],
  [-1, -1, diagonal],
];

/** Residual, relative to the right-hand side, at which the solution is good to float32. */
const tolerance = 1e-7;

/**
 * Linear imputation of ROAD (Rong et al. 2022): every removed pixel is the weighted mean of its neighbours (direct 1/6,
 * diagonal 1/12; at the border those that exist), all of them together, each channel for itself.
 *
 * The system is a grid's Laplacian on the removed pixels with the kept ones as its boundary: symmetric and positive
 * definite, solved by conjugate gradients.
 *
 * @param keep height × width, 1 where the pixel stays. Where nothing stays, nothing says what to fill in, and all is 0.
 * @param start an earlier solution of the same picture, to begin with
 */
export function linearImputation(input: Planes, keep: Uint8Array, start?: Float32Array): Float32Array {
  const { values, channels, height, width } = input;
  const places = height * width;
  const removed: number[] = [];
  for (let place = 0; place < places; place++) if (!keep[place]) removed.push(place);
  const filled = Float32Array.from(values);
  if (removed.length === 0) return filled;
  if (removed.length === places) return filled.fill(0);
  const system = laplacian(removed, keep, height, width);
  for (let channel = 0; channel < channels; channel++) {
    const plane = filled.subarray(channel * places, (channel + 1) * places);
    const solution = Float64Array.from(removed, (place) => start?.[channel * places + place] ?? 0);
    solve(system, system.rightHandSide(plane), solution);
    removed.forEach((place, i) => (plane[place] = solution[i]));
  }
  return filled;
}

interface System {
  /** Sum of the weights of the neighbours that exist. */
  diagonal: Float64Array;
  /** Eight a row: the row of a removed neighbour, or -1. */
  rows: Int32Array;
  rightHandSide(plane: Float32Array): Float64Array;
}

function laplacian(removed: readonly number[], keep: Uint8Array, height: number, width: number): System {
  const rowOf = new Int32Array(height * width).fill(-1);
  removed.forEach((place, row) => (rowOf[place] = row));
  const sums = new Float64Array(removed.length);
  const rows = new Int32Array(8 * removed.length).fill(-1);
  const known: [row: number, place: number, weight: number][] = [];
  removed.forEach((place, row) => {
    const [y, x] = [Math.floor(place / width), place % width];
    neighbours.forEach(([dy, dx, weight], n) => {
      if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) return;
      const other = place + dy * width + dx;
      sums[row] += weight;
      if (keep[other]) known.push([row, other, weight]);
      else rows[8 * row + n] = rowOf[other];
    });
  });
  return {
    diagonal: sums,
    rows,
    rightHandSide(plane) {
      const side = new Float64Array(removed.length);
      for (const [row, place, weight] of known) side[row] += weight * plane[place];
      return side;
    },
  };
}

/** Conjugate gradients, preconditioned by the diagonal; changes `x`. */
function solve({ diagonal: sums, rows }: System, side: Float64Array, x: Float64Array): void {
  const n = side.length;
  const times = (vector: Float64Array, into: Float64Array): void => {
    for (let row = 0; row < n; row++) {
      let value = sums[row] * vector[row];
      for (let k = 0; k < 8; k++) {
        const other = rows[8 * row + k];
        if (other >= 0) value -= neighbours[k][2] * vector[other];
      }
      into[row] = value;
    }
  };
  const product = new Float64Array(n);
  times(x, product);
  const residual = side.map((value, i) => value - product[i]);
  const conditioned = residual.map((value, i) => value / sums[i]);
  const direction = conditioned.slice();
  let energy = dot(residual, conditioned);
  const enough = tolerance * tolerance * dot(side, side);
  for (let step = 0; step < n && dot(residual, residual) > enough; step++) {
    times(direction, product);
    const length = energy / dot(direction, product);
    for (let i = 0; i < n; i++) {
      x[i] += length * direction[i];
      residual[i] -= length * product[i];
      conditioned[i] = residual[i] / sums[i];
    }
    const next = dot(residual, conditioned);
    for (let i = 0; i < n; i++) direction[i] = conditioned[i] + (next / energy) * direction[i];
    energy = next;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
