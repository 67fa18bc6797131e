import { corner, edge, type GridLevel, type Links } from './gridLevel.js';

// Those of pixels are written out apart from those with links of their own: this is where the time goes.

/** into = A x on a grid of pixels. */
export function multiplyPixels({ nodes, diagonal, stride }: GridLevel, x: Float64Array, into: Float64Array): void {
  for (let n = 0; n < nodes.length; n++) {
    const i = nodes[n];
    const north = i - stride;
    const south = i + stride;
    into[i] =
      diagonal[i] * x[i] -
      edge * (x[north] + x[south] + x[i - 1] + x[i + 1]) -
      corner * (x[north - 1] + x[north + 1] + x[south - 1] + x[south + 1]);
  }
}

/** A sweep of Gauss and Seidel from x = 0, forth, and what it leaves of the right-hand side. */
export function sweepForth(level: GridLevel, side: Float64Array, x: Float64Array, residual: Float64Array): void {
  const { nodes, inverse, stride, links } = level;
  if (links) sweepLinksForth(level, links, side, x, residual);
  else {
    for (let n = 0; n < nodes.length; n++) {
      const i = nodes[n];
      const north = i - stride;
      x[i] = (side[i] + edge * x[north] + corner * (x[north - 1] + x[north + 1]) + edge * x[i - 1]) * inverse[i];
    }
    // Row i was fulfilled when what comes after it was still 0.
    for (let n = 0; n < nodes.length; n++) {
      const i = nodes[n];
      const south = i + stride;
      residual[i] = edge * (x[i + 1] + x[south]) + corner * (x[south - 1] + x[south + 1]);
    }
  }
}

/** A sweep of Gauss and Seidel, back. */
export function sweepBack(level: GridLevel, side: Float64Array, x: Float64Array): void {
  const { nodes, inverse, stride, links } = level;
  if (links) sweepLinksBack(level, links, side, x);
  else {
    for (let n = nodes.length - 1; n >= 0; n--) {
      const i = nodes[n];
      const north = i - stride;
      const south = i + stride;
      const others =
        edge * (x[north] + x[south] + x[i - 1]) + corner * (x[north - 1] + x[north + 1] + x[south - 1] + x[south + 1]);
      x[i] = (side[i] + others + edge * x[i + 1]) * inverse[i];
    }
  }
}

function sweepLinksForth(
  { nodes, inverse, stride }: GridLevel,
  [east, southWest, south, southEast]: Links,
  side: Float64Array,
  x: Float64Array,
  residual: Float64Array,
): void {
  for (let n = 0; n < nodes.length; n++) {
    const i = nodes[n];
    const north = i - stride;
    const above = southEast[north - 1] * x[north - 1] + south[north] * x[north] + southWest[north + 1] * x[north + 1];
    x[i] = (side[i] + above + east[i - 1] * x[i - 1]) * inverse[i];
  }
  for (let n = 0; n < nodes.length; n++) {
    const i = nodes[n];
    const next = i + stride;
    residual[i] = east[i] * x[i + 1] + southWest[i] * x[next - 1] + south[i] * x[next] + southEast[i] * x[next + 1];
  }
}

function sweepLinksBack(
  { nodes, inverse, stride }: GridLevel,
  [east, southWest, south, southEast]: Links,
  side: Float64Array,
  x: Float64Array,
): void {
  for (let n = nodes.length - 1; n >= 0; n--) {
    const i = nodes[n];
    const north = i - stride;
    const next = i + stride;
    const above = southEast[north - 1] * x[north - 1] + south[north] * x[north] + southWest[north + 1] * x[north + 1];
    const below = southWest[i] * x[next - 1] + south[i] * x[next] + southEast[i] * x[next + 1];
    x[i] = (side[i] + above + below + east[i - 1] * x[i - 1] + east[i] * x[i + 1]) * inverse[i];
  }
}
