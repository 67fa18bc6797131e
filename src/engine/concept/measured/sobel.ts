/** Change of luma per pixel along x (to the right) and y (downwards), row-major. */
export interface Gradient {
  x: Float32Array;
  y: Float32Array;
}

/**
 * Sobel's operator, [1 2 1] across and [-1 0 1] / 8 along, so that a ramp of one level per pixel has gradient 1 and a sharp
 * step of height a has a / 2 on either side. Pixels beyond the edge repeat the last ones.
 */
export function sobel(luma: Uint8Array, width: number, height: number): Gradient {
  const x = new Float32Array(luma.length);
  const y = new Float32Array(luma.length);
  for (let row = 0; row < height; row++) {
    const above = Math.max(0, row - 1) * width;
    const here = row * width;
    const below = Math.min(height - 1, row + 1) * width;
    for (let column = 0; column < width; column++) {
      const left = Math.max(0, column - 1);
      const right = Math.min(width - 1, column + 1);
      const [nw, n, ne] = [luma[above + left], luma[above + column], luma[above + right]];
      const [sw, s, se] = [luma[below + left], luma[below + column], luma[below + right]];
      x[here + column] = (ne + 2 * luma[here + right] + se - nw - 2 * luma[here + left] - sw) / 8;
      y[here + column] = (sw + 2 * s + se - nw - 2 * n - ne) / 8;
    }
  }
  return { x, y };
}

/** An edge: luma changes by 16 levels per pixel or more, as at a step of an eighth of the range. */
export const edgeStrength = 16;

export const isEdge = ({ x, y }: Gradient, i: number): boolean => Math.hypot(x[i], y[i]) >= edgeStrength;
