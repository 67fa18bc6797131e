import { corner, edge, gridLevel, type GridLevel } from './gridLevel.js';
import { Multigrid } from './multigrid.js';
import type { Planes } from './planes.js';

/**
 * Of the largest value around what is removed: the error's energy at which a solution is good to float32. In a plane no pixel is
 * off by more than some times that.
 */
const tolerance = 1e-7;

/**
 * Linear imputation of ROAD (Rong et al. 2022): every removed pixel is the weighted mean of its neighbours (direct 1/6,
 * diagonal 1/12; at the border those that exist), all of them together, each channel for itself.
 *
 * The system is a grid's Laplacian on the removed pixels with the kept ones as its boundary: symmetric and positive definite.
 *
 * @param keep  height × width, 1 where the pixel stays. Where nothing stays, nothing says what to fill in, and all is 0.
 * @param start an earlier solution of the same picture, to begin with
 * @param pause awaited every few milliseconds
 */
export async function linearImputation(
  input: Planes,
  keep: Uint8Array,
  start?: Float32Array,
  pause: () => Promise<void> = async () => {},
): Promise<Float32Array> {
  const { values, channels, height, width } = input;
  const places = height * width;
  const filled = Float32Array.from(values);
  if (!keep.includes(0)) return filled;
  if (!keep.includes(1)) return filled.fill(0);
  const level = removedPixels(keep, height, width);
  const grid = await Multigrid.of(level, pause);
  const { nodes, stride } = level;
  const placeOf = nodes.map((i) => (Math.floor(i / stride) - 1) * width + (i % stride) - 1);
  const plane = new Float64Array(level.diagonal.length);
  const side = new Float64Array(plane.length);
  const solution = new Float64Array(plane.length);
  for (let channel = 0; channel < channels; channel++) {
    const own = filled.subarray(channel * places, (channel + 1) * places);
    for (let place = 0; place < places; place++) {
      plane[gridIndex(place, width, stride)] = keep[place] ? own[place] : 0;
    }
    let largest = 0;
    nodes.forEach((i, n) => {
      const [north, south] = [i - stride, i + stride];
      side[i] =
        edge * (plane[i - 1] + plane[i + 1] + plane[north] + plane[south]) +
        corner * (plane[north - 1] + plane[north + 1] + plane[south - 1] + plane[south + 1]);
      solution[i] = start?.[channel * places + placeOf[n]] ?? 0;
      largest = Math.max(largest, Math.abs(side[i]));
    });
    await grid.solve(side, solution, tolerance * largest, pause);
    nodes.forEach((i, n) => (own[placeOf[n]] = solution[i]));
  }
  return filled;
}

const gridIndex = (place: number, width: number, stride: number): number =>
  (Math.floor(place / width) + 1) * stride + (place % width) + 1;

/** The removed pixels, each with the sum of the weights of the neighbours that exist. */
function removedPixels(keep: Uint8Array, height: number, width: number): GridLevel {
  const [rows, columns] = [height | 1, width | 1];
  const stride = columns + 2;
  const diagonal = new Float64Array((rows + 2) * stride);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (keep[y * width + x]) continue;
      const across = Number(x > 0) + Number(x < width - 1);
      const along = Number(y > 0) + Number(y < height - 1);
      diagonal[(y + 1) * stride + x + 1] = edge * (across + along) + corner * across * along;
    }
  }
  return gridLevel(rows, columns, diagonal, null);
}
