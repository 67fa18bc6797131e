/** Weights of a pixel's neighbours: those that share an edge with it, and those that share a corner. */
export const edge = 1 / 6;
export const corner = 1 / 12;
/** Of all neighbours of a pixel within the picture. */
export const wholeWeight = edge * 4 + corner * 4;

/** Links of each node to the east, the south-west, the south and the south-east; the others are the same, seen from there. */
export type Links = [east: Float64Array, southWest: Float64Array, south: Float64Array, southEast: Float64Array];

/**
 * A symmetric system on some nodes of a grid, each linked to its eight neighbours at most: (A x)ᵢ = diagonalᵢ xᵢ − Σⱼ linkᵢⱼ xⱼ.
 *
 * Arrays are of the grid, row by row, with a margin of one node around it, so that every node has neighbours. What is no node
 * of the system holds 0.
 */
export interface GridLevel {
  /** Both odd, without the margin. */
  height: number;
  width: number;
  /** Width with the margin. */
  stride: number;
  diagonal: Float64Array;
  /** 1 / diagonal, of nodes. */
  inverse: Float64Array;
  /** Null: those of neighbouring pixels. */
  links: Links | null;
  /** Indices of the system's nodes, ascending. */
  nodes: Int32Array;
}

export function gridLevel(height: number, width: number, diagonal: Float64Array, links: Links | null): GridLevel {
  const nodes = new Int32Array(diagonal.length);
  const inverse = new Float64Array(diagonal.length);
  let count = 0;
  for (let i = 0; i < diagonal.length; i++) {
    if (diagonal[i] <= 0) continue;
    nodes[count++] = i;
    inverse[i] = 1 / diagonal[i];
  }
  return { height, width, stride: width + 2, diagonal, inverse, links, nodes: nodes.slice(0, count) };
}

/** The link between two neighbours, i before j; 0 where one of them is no node. */
export function linkAfter({ links, stride, diagonal }: GridLevel, i: number, j: number): number {
  const away = j - i;
  if (links) return links[away === 1 ? 0 : away - stride + 2][i];
  if (diagonal[i] === 0 || diagonal[j] === 0) return 0;
  return away === 1 || away === stride ? edge : corner;
}
