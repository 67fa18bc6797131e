import { resizeBilinear } from '../unit/index.js';

/**
 * A map resized to the input, as pytorch-grad-cam does it: a plane bilinearly with half-pixel centres (OpenCV's rule), a
 * volume by cubic splines whose outermost places coincide (SciPy's `zoom`). A row is resized linearly, like a plane.
 *
 * @param from sizes of the map's axes; fewer than `to` has are taken for the last ones
 */
export function resizeMap(values: Float32Array, from: readonly number[], to: readonly number[]): Float64Array {
  if (to.length <= 2) {
    const [height, width] = asPlane(from);
    const [outHeight, outWidth] = asPlane(to);
    return resizeBilinear(values, height, width, outHeight, outWidth);
  }
  const sizes = [...Array.from({ length: Math.max(0, to.length - from.length) }, () => 1), ...from];
  return alongAxes(Float64Array.from(values), sizes, to, (line, length) => cubicZoom(line, length));
}

/**
 * Linear, with the outermost places of both sizes coinciding: source = i · (from - 1) / (to - 1). PyTorch's
 * `interpolate(align_corners=True)`, which Score-CAM resizes its masks by.
 */
export function resizeAligned(values: Float32Array, from: readonly number[], to: readonly number[]): Float64Array {
  let resized: Float32Array | Float64Array = values;
  const sizes = [...from];
  sizes.forEach((length, axis) => {
    const after = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    resized = alignedAxis(resized, length, to[axis], after);
    sizes[axis] = to[axis];
  });
  return Float64Array.from(resized);
}

function alignedAxis(
  values: Float32Array | Float64Array,
  length: number,
  outLength: number,
  after: number,
): Float64Array {
  const out = new Float64Array((values.length / length) * outLength);
  const step = outLength > 1 ? (length - 1) / (outLength - 1) : 0;
  for (let i = 0; i < outLength; i++) {
    const low = Math.min(Math.floor(i * step), length - 1);
    const high = Math.min(low + 1, length - 1);
    const t = i * step - low;
    for (let start = 0, to = i * after; to < out.length; start += length * after, to += outLength * after) {
      for (let a = 0; a < after; a++) {
        const value = values[start + low * after + a];
        out[to + a] = value + (values[start + high * after + a] - value) * t;
      }
    }
  }
  return out;
}

/** Height and width; of a volume all axes but the last count as height. */
function asPlane(sizes: readonly number[]): [height: number, width: number] {
  const width = sizes.at(-1) ?? 1;
  return [sizes.slice(0, -1).reduce((product, size) => product * size, 1), width];
}

/** Resizes one axis after the other. */
function alongAxes(
  values: Float64Array,
  from: readonly number[],
  to: readonly number[],
  resize: (line: Float64Array, length: number) => Float64Array,
): Float64Array {
  const sizes = [...from];
  for (let axis = 0; axis < sizes.length; axis++) {
    const after = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const before = sizes.slice(0, axis).reduce((product, size) => product * size, 1);
    const [length, outLength] = [sizes[axis], to[axis]];
    const out = new Float64Array(before * outLength * after);
    const line = new Float64Array(length);
    for (let b = 0; b < before; b++) {
      for (let a = 0; a < after; a++) {
        for (let i = 0; i < length; i++) line[i] = values[(b * length + i) * after + a];
        const resized = resize(line, outLength);
        for (let i = 0; i < outLength; i++) out[(b * outLength + i) * after + a] = resized[i];
      }
    }
    values = out;
    sizes[axis] = outLength;
  }
  return values;
}

/** The filter of cubic B-splines has this one pole (Unser 1999, box 2). */
const pole = Math.sqrt(3) - 2;

/** Interpolates by cubic B-splines, mirrored at the ends, with the outermost places coinciding. */
function cubicZoom(line: Float64Array, length: number): Float64Array {
  const n = line.length;
  const coefficients = n > 1 ? splineCoefficients(line) : line;
  const at = (i: number): number => {
    if (n === 1) return coefficients[0];
    const around = Math.abs(i) % (2 * n - 2);
    return coefficients[around < n ? around : 2 * n - 2 - around];
  };
  const step = length > 1 ? (n - 1) / (length - 1) : 0;
  return Float64Array.from({ length }, (_, i) => {
    const floor = Math.floor(i * step);
    const t = i * step - floor;
    if (n === 1) return at(0);
    const weights = [
      (1 - t) ** 3 / 6,
      (4 - 6 * t * t + 3 * t ** 3) / 6,
      (1 + 3 * t + 3 * t * t - 3 * t ** 3) / 6,
      t ** 3 / 6,
    ];
    return weights.reduce((sum, weight, j) => sum + weight * at(floor - 1 + j), 0);
  });
}

/** Unser's recursive filter, causal and back, with the exact start for a line that is mirrored at its ends. */
function splineCoefficients(line: Float64Array): Float64Array {
  const n = line.length;
  const c = line.map((value) => value * 6);
  let sum = c[0] + pole ** (n - 1) * c[n - 1];
  for (let i = 1; i < n - 1; i++) sum += (pole ** i + pole ** (2 * n - 2 - i)) * c[i];
  c[0] = sum / (1 - pole ** (2 * n - 2));
  for (let i = 1; i < n; i++) c[i] += pole * c[i - 1];
  c[n - 1] = (pole / (pole * pole - 1)) * (pole * c[n - 2] + c[n - 1]);
  for (let i = n - 2; i >= 0; i--) c[i] = pole * (c[i + 1] - c[i]);
  return c;
}
