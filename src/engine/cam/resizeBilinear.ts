/**
 * Bilinear resize with half-pixel centres and clamped edges, without antialiasing: OpenCV's INTER_LINEAR, PyTorch's
 * `interpolate(mode='bilinear', align_corners=False)`.
 *
 * @param values fromHeight × fromWidth
 * @returns toHeight × toWidth
 */
export function resizeBilinear(
  values: Float32Array,
  fromHeight: number,
  fromWidth: number,
  toHeight: number,
  toWidth: number,
): Float32Array {
  const rows = neighbours(fromHeight, toHeight);
  const columns = neighbours(fromWidth, toWidth);
  const result = new Float32Array(toHeight * toWidth);
  for (let y = 0; y < toHeight; y++) {
    const upper = rows.below[y] * fromWidth;
    const lower = rows.above[y] * fromWidth;
    const down = rows.share[y];
    for (let x = 0; x < toWidth; x++) {
      const left = columns.below[x];
      const right = columns.above[x];
      const across = columns.share[x];
      const top = values[upper + left] * (1 - across) + values[upper + right] * across;
      const bottom = values[lower + left] * (1 - across) + values[lower + right] * across;
      result[y * toWidth + x] = top * (1 - down) + bottom * down;
    }
  }
  return result;
}

/** Along one axis: the two source indices that each target index lies between, and the share of the second. */
function neighbours(from: number, to: number) {
  const below = new Int32Array(to);
  const above = new Int32Array(to);
  const share = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    below[i] = Math.floor(at);
    above[i] = Math.min(below[i] + 1, from - 1);
    share[i] = at - below[i];
  }
  return { below, above, share };
}
