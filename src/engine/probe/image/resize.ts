import type { Raster } from './raster.js';

/** Bits behind the point of a weight: the sum of 255 × weights and its rounding still fit 32 bits. */
const precision = 22;

/**
 * Antialiased bilinear resize, equal to the byte to Pillow's `Image.resize(size, BILINEAR)`, which torchvision's `Resize` calls
 * for PIL pictures: a triangle filter as wide as the reduction, its weights in fixed point, first along rows, then along
 * columns, rounded to 8 bits between the two (Pillow, src/libImaging/Resample.c).
 */
export function resize(raster: Raster, width: number, height: number): Raster {
  let { data } = raster;
  const { channels } = raster;
  // Rows: lines are the picture's rows, and neighbours along a line are one pixel apart.
  if (width !== raster.width) {
    const out = new Uint8Array(width * raster.height * channels);
    const filter = filterFor(raster.width, width);
    for (let y = 0; y < raster.height; y++) {
      filterRow(data, y * raster.width * channels, out, y * width * channels, width, channels, filter);
    }
    data = out;
  }
  if (height !== raster.height) {
    const out = new Uint8Array(width * height * channels);
    filterColumns(data, out, width * channels, height, filterFor(raster.height, height));
    data = out;
  }
  return data === raster.data ? raster : { width, height, channels, data };
}

/** For each output place: where its inputs begin, how many they are, and their weights. */
interface Filter {
  first: Int32Array;
  count: Int32Array;
  /** `taps` weights a place, in units of 2^-22. */
  weights: Int32Array;
  taps: number;
}

function filterFor(from: number, to: number): Filter {
  const scale = from / to;
  // Enlarging does not widen the triangle: that is plain bilinear interpolation.
  const reach = Math.max(scale, 1);
  const taps = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * taps);
  const triangle = new Float64Array(taps);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    first[i] = Math.max(0, Math.trunc(center - reach + 0.5));
    count[i] = Math.min(from, Math.trunc(center + reach + 0.5)) - first[i];
    let sum = 0;
    for (let k = 0; k < count[i]; k++) {
      triangle[k] = Math.max(0, 1 - Math.abs((k + first[i] - center + 0.5) * (1 / reach)));
      sum += triangle[k];
    }
    for (let k = 0; k < count[i]; k++) {
      weights[i * taps + k] = Math.trunc(0.5 + (sum === 0 ? 0 : triangle[k] / sum) * (1 << precision));
    }
  }
  return { first, count, weights, taps };
}

function filterRow(
  data: Uint8Array,
  from: number,
  out: Uint8Array,
  to: number,
  width: number,
  channels: number,
  { first, count, weights, taps }: Filter,
): void {
  for (let x = 0; x < width; x++) {
    const start = from + first[x] * channels;
    for (let c = 0; c < channels; c++) {
      let sum = 1 << (precision - 1);
      for (let k = 0, at = start + c; k < count[x]; k++, at += channels) sum += data[at] * weights[x * taps + k];
      out[to++] = clip(sum >> precision);
    }
  }
}

function filterColumns(
  data: Uint8Array,
  out: Uint8Array,
  stride: number,
  height: number,
  { first, count, weights, taps }: Filter,
): void {
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (precision - 1));
    for (let k = 0; k < count[y]; k++) {
      const weight = weights[y * taps + k];
      const row = (first[y] + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] += data[row + x] * weight;
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = clip(sums[x] >> precision);
  }
}

const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/**
 * Size after torchvision's `Resize(n)`: the shorter side becomes n, the longer int(n * long / short).
 *
 * @returns [width, height]
 */
export function shorterSideTo(n: number, width: number, height: number): [number, number] {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const longer = Math.max(1, Math.trunc((n * long) / short));
  return width <= height ? [n, longer] : [longer, n];
}
