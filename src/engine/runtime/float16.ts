/** Widening and narrowing of 16-bit floats, exact: IEEE 754 binary16, and bfloat16 (the upper half of a float32). */

const scratch = new ArrayBuffer(4);
const asFloat = new Float32Array(scratch);
const asBits = new Uint32Array(scratch);

/** All 65,536 float16 values, made when first needed: a table is faster than arithmetic per element. */
let table: Float32Array | null = null;

/** @param half bits of a float16 */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) {
    return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  }
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function widenFloat16(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => float16ToNumber(half));
  const wide = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    wide[i] = table[halves[i]];
  }
  return wide;
}

export function widenBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    bits[i] = halves[i] << 16;
  }
  return new Float32Array(bits.buffer);
}

/** Rounds to the nearest float16, ties to even; what is too large becomes infinite. */
export function numberToFloat16(value: number): number {
  asFloat[0] = value;
  const bits = asBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    return sign | 0x7e00;
  }
  // 65520 is half-way between the largest float16 and what would follow it.
  if (magnitude >= 0x477ff000) {
    return sign | 0x7c00;
  }
  if (magnitude < 0x38800000) {
    // Below 2^-14: a multiple of 2^-24, which Math.round would round up on a tie.
    return sign | roundToEven(Math.abs(asFloat[0]) * 2 ** 24);
  }
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}

export function narrowToFloat16(values: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    halves[i] = numberToFloat16(values[i]);
  }
  return halves;
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
