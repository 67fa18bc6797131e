import { gridLevel, type GridLevel, linkAfter, type Links, wholeWeight } from './gridLevel.js';

/** A grid of every second node of another in both directions. Values between its nodes are interpolated bilinearly. */
export interface CoarserGrid {
  level: GridLevel;
  /** Of the coarse nodes: the fine node in the same place. */
  centres: Int32Array;
  /** Of the fine nodes: the coarse node in the same place, or the nearest to the north and west. */
  parents: Int32Array;
  /** Of the fine nodes: 1 where another column comes in, plus 2 where another row does. */
  between: Uint8Array;
}

/**
 * Galerkin's coarser system PᵀAP, with P the interpolation where the fine system has nodes: what it solves is the best in
 * energy of what interpolation can make.
 */
export function coarserGrid(fine: GridLevel): CoarserGrid {
  // Odd, so that the last fine node has a coarse one in its place.
  const [height, width] = [fine.height, fine.width].map((size) => ((size + 1) / 2) | 1);
  const stride = width + 2;
  const size = (height + 2) * stride;
  const diagonal = new Float64Array(size);
  const links = Array.from({ length: 4 }, () => new Float64Array(size)) as Links;
  const fineCentres = new Int32Array(size);
  const centre = (y: number, x: number): number => (2 * y + 1) * fine.stride + 2 * x + 1;
  let ofPixels: number[] | null = null;
  for (let y = 0; 2 * y < fine.height; y++) {
    for (let x = 0; 2 * x < fine.width; x++) {
      const isAmid = isAmidPixels(fine, centre(y, x));
      const stencil: number[] | null = isAmid && ofPixels ? ofPixels : stencilAt(fine, centre(y, x));
      if (isAmid) ofPixels = stencil;
      if (!stencil) continue;
      const i = (y + 1) * stride + x + 1;
      fineCentres[i] = centre(y, x);
      diagonal[i] = stencil[0];
      links.forEach((link, direction) => (link[i] = -stencil[direction + 1]));
    }
  }
  const level = gridLevel(height, width, diagonal, links);
  const parents = new Int32Array(fine.nodes.length);
  const between = new Uint8Array(fine.nodes.length);
  for (let n = 0; n < parents.length; n++) {
    const y = Math.floor(fine.nodes[n] / fine.stride) - 1;
    const x = (fine.nodes[n] % fine.stride) - 1;
    parents[n] = ((y >> 1) + 1) * stride + (x >> 1) + 1;
    between[n] = (x & 1) | ((y & 1) << 1);
  }
  return { level, centres: level.nodes.map((i) => fineCentres[i]), parents, between };
}

/** A coarse node reaches its fine neighbours, and their links the next ones: 5 × 5 of them. */
const reach = 5;
/** Of the neighbours that come after a node: rows and columns away. */
const ahead = [
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
];

/** Whether all that a coarse node reaches are pixels of the system with all their neighbours: there, all rows are the same. */
function isAmidPixels({ diagonal, stride, links }: GridLevel, centre: number): boolean {
  if (links) return false;
  for (let dy = -2; dy <= 2; dy++) {
    for (let i = centre + dy * stride - 2; i <= centre + dy * stride + 2; i++) {
      if (diagonal[i] !== wholeWeight) return false;
    }
  }
  return true;
}

const rows = new Float64Array(reach * reach);

/** A coarse node's row of PᵀAP: itself, then those ahead; null where nothing of the fine system is near. */
function stencilAt(fine: GridLevel, centre: number): number[] | null {
  if (!weightedRows(fine, centre)) return null;
  return [interpolated(0, 0), ...ahead.map(([down, right]) => interpolated(down, right))];
}

/** Into `rows`: the sum of the rows of A around a fine node, by their weights in the interpolation; false where there are none. */
function weightedRows(fine: GridLevel, centre: number): boolean {
  rows.fill(0);
  let some = false;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const node = centre + dy * fine.stride + dx;
      if (fine.diagonal[node] === 0) continue;
      some = true;
      const weight = weightOf(dy, dx);
      const at = (dy + 2) * reach + dx + 2;
      rows[at] += weight * fine.diagonal[node];
      for (const [down, right] of ahead) {
        const away = down * fine.stride + right;
        rows[at + down * reach + right] -= weight * linkAfter(fine, node, node + away);
        rows[at - down * reach - right] -= weight * linkAfter(fine, node - away, node);
      }
    }
  }
  return some;
}

/** What the rows come to for a coarse node that lies so many coarse steps away. */
function interpolated(down: number, right: number): number {
  let sum = 0;
  for (let dy = Math.max(-1, -2 - 2 * down); dy <= Math.min(1, 2 - 2 * down); dy++) {
    for (let dx = Math.max(-1, -2 - 2 * right); dx <= Math.min(1, 2 - 2 * right); dx++) {
      sum += weightOf(dy, dx) * rows[(2 * down + dy + 2) * reach + 2 * right + dx + 2];
    }
  }
  return sum;
}

/** Bilinear: of a coarse node, for a fine one so far away. */
const weightOf = (dy: number, dx: number): number => (dy === 0 ? 1 : 0.5) * (dx === 0 ? 1 : 0.5);
