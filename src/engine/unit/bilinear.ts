/** For each place of an axis of the result: the two source places it lies between, and how far it is towards the second. */
export interface LinearAxis {
  low: Int32Array;
  high: Int32Array;
  weight: Float64Array;
}

/**
 * Half-pixel centres, source = (i + 0.5)·from / to − 0.5, clamped to the axis; no antialiasing when shrinking. The rule of
 * `cv2.resize(INTER_LINEAR)` and of torch's `interpolate(mode="bilinear", align_corners=False)`.
 */
export function linearAxis(from: number, to: number): LinearAxis {
  const axis: LinearAxis = { low: new Int32Array(to), high: new Int32Array(to), weight: new Float64Array(to) };
  for (let i = 0; i < to; i++) {
    const source = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(source);
    axis.low[i] = low;
    axis.weight[i] = source - low;
    // A place that coincides with a source place is that one's alone: a NaN beside it does not enter.
    axis.high[i] = source > low ? low + 1 : low;
  }
  return axis;
}

/**
 * Interpolates one row of a map between two of its rows, in float64. Written a + (b − a)·t, so that a plateau keeps its
 * exact value: what is level with a threshold must not fire by a rounding. Non-finite values become NaN and spread to all
 * that is interpolated from them.
 *
 * @returns the largest value of the row that is a number; −Infinity where there is none
 */
export function interpolateRow(
  values: Float32Array,
  start: number,
  width: number,
  rows: LinearAxis,
  y: number,
  out: Float64Array,
): number {
  const a = start + rows.low[y] * width;
  const b = start + rows.high[y] * width;
  const t = rows.weight[y];
  let max = -Infinity;
  for (let x = 0; x < width; x++) {
    const value = values[a + x] + (values[b + x] - values[a + x]) * t;
    const kept = value - value === 0 ? value : NaN;
    out[x] = kept;
    if (kept > max) max = kept;
  }
  return max;
}

/**
 * A map resized bilinearly (see `linearAxis`).
 *
 * @param values float32, height × width, row-major
 * @returns float64, outHeight × outWidth; NaN where a non-finite value enters
 */
export function resizeBilinear(
  values: Float32Array,
  height: number,
  width: number,
  outHeight: number,
  outWidth: number,
): Float64Array {
  const rows = linearAxis(height, outHeight);
  const columns = linearAxis(width, outWidth);
  const row = new Float64Array(width);
  const out = new Float64Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    interpolateRow(values, 0, width, rows, y, row);
    for (let x = 0; x < outWidth; x++) {
      const a = row[columns.low[x]];
      out[y * outWidth + x] = a + (row[columns.high[x]] - a) * columns.weight[x];
    }
  }
  return out;
}
