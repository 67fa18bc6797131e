/** Which source cells, and with what weight, make up each cell of a shorter axis. */
interface Share {
  from: Int32Array;
  to: Int32Array;
  /** Weight of the first and the last source cell; those between have weight 1. */
  first: Float64Array;
  last: Float64Array;
}

/** Area-weighted mean of a map over an equal or coarser grid, row-major; cells without a finite value are NaN. */
export interface MeanPool {
  (values: Float32Array, start: number, out: Float64Array): void;
}

/**
 * @param height, width         of the source map
 * @param outHeight, outWidth   of the result, not larger
 */
export function meanPool(height: number, width: number, outHeight: number, outWidth: number): MeanPool {
  const rows = shares(height, outHeight);
  const columns = shares(width, outWidth);
  return (values, start, out) => {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        let sum = 0;
        let area = 0;
        for (let sy = rows.from[y]; sy <= rows.to[y]; sy++) {
          const wy = weight(rows, y, sy);
          for (let sx = columns.from[x]; sx <= columns.to[x]; sx++) {
            const value = values[start + sy * width + sx];
            if (value - value !== 0) continue;
            const w = wy * weight(columns, x, sx);
            sum += w * value;
            area += w;
          }
        }
        out[y * outWidth + x] = area > 0 ? sum / area : NaN;
      }
    }
  };
}

const weight = (share: Share, cell: number, source: number): number =>
  source === share.from[cell] ? share.first[cell] : source === share.to[cell] ? share.last[cell] : 1;

function shares(length: number, cells: number): Share {
  const share: Share = {
    from: new Int32Array(cells),
    to: new Int32Array(cells),
    first: new Float64Array(cells),
    last: new Float64Array(cells),
  };
  for (let cell = 0; cell < cells; cell++) {
    // In units of 1 / cells the borders are whole numbers, so no sliver of a cell comes from rounding.
    const begin = cell * length;
    const end = begin + length;
    const from = Math.floor(begin / cells);
    const to = Math.ceil(end / cells) - 1;
    share.from[cell] = from;
    share.to[cell] = to;
    share.first[cell] = (Math.min(end, (from + 1) * cells) - begin) / cells;
    share.last[cell] = (end - Math.max(begin, to * cells)) / cells;
  }
  return share;
}
