import { lumaOf } from './luma.js';
import { quarter, type Measurer } from './measurer.js';

/** The band's mean absolute value from which on there is a texture, in levels of luma: stripes of twice that contrast. */
const leastContrast = 8;

/**
 * At which scale luma varies around a position: the bands of the à trous wavelet transform (Holschneider et al. 1989; cubic
 * B-spline [1 4 6 4 1] / 16, its taps 1, 2, 4 positions apart), each band's absolute value averaged over a square window, an
 * eighth of the picture's longer side wide as for edge density. The strongest band names the texture, if it reaches 8 levels:
 * fine for patterns that repeat within about 4 positions, medium within about 8, coarse within about 16.
 */
export const texture: Measurer = {
  category: 'texture',
  names: ['fine texture', 'medium texture', 'coarse texture'],
  wholeShare: quarter,
  measure(picture, mark) {
    const { width, height } = picture;
    const reach = Math.max(1, Math.round(Math.max(width, height) / 16));
    let smooth: Float32Array = Float32Array.from(lumaOf(picture));
    const bands = [1, 2, 4].map((step) => {
      const smoother = blurred(smooth, width, height, step);
      const band = smooth.map((value, i) => Math.abs(value - smoother[i]));
      smooth = smoother;
      return windowMeans(band, width, height, reach);
    });
    for (let i = 0; i < width * height; i++) {
      let strongest = 0;
      for (let band = 1; band < bands.length; band++) if (bands[band][i] > bands[strongest][i]) strongest = band;
      if (bands[strongest][i] >= leastContrast) mark(strongest, i);
    }
  },
};

/** Along rows, then columns; positions beyond the edge are mirrored at it. */
function blurred(values: Float32Array, width: number, height: number, step: number): Float32Array {
  const along = (source: Float32Array, length: number, lines: number, stride: number, lineStride: number) => {
    const out = new Float32Array(source.length);
    const mirrored = (i: number) => {
      const folded = Math.abs(i) % (2 * length - 2 || 1);
      return folded < length ? folded : 2 * length - 2 - folded;
    };
    for (let line = 0; line < lines; line++) {
      const at = (i: number) => source[line * lineStride + mirrored(i) * stride];
      for (let i = 0; i < length; i++) {
        out[line * lineStride + i * stride] =
          (at(i - 2 * step) + 4 * at(i - step) + 6 * at(i) + 4 * at(i + step) + at(i + 2 * step)) / 16;
      }
    }
    return out;
  };
  return along(along(values, width, height, 1, width), height, width, width, 1);
}

/** Mean over the square of 2 × reach + 1 positions around each; what lies outside the picture does not count. */
function windowMeans(values: Float32Array, width: number, height: number, reach: number): Float32Array {
  // Sums over all rectangles from the upper left corner, with a row and column of zeros before.
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0, line = 0; x < width; x++) {
      line += values[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + line;
    }
  }
  return values.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
    const [top, bottom] = [Math.max(0, y - reach) * (width + 1), Math.min(height, y + reach + 1) * (width + 1)];
    const sum = sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left];
    return (sum * (width + 1)) / ((bottom - top) * (right - left));
  });
}
