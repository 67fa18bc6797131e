import assert from 'node:assert/strict';
import { numberToFloat16, widenBfloat16, widenFloat16 } from '../../../src/engine/runtime/index.js';

/** IEEE 754 binary16 from its definition: sign, five bits of exponent with bias 15, ten of fraction. */
function binary16(bits: number): number {
  const sign = (-1) ** (bits >> 15);
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction) : sign * 2 ** -14 * fraction;
}

describe('16-bit floats', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

  it('all 65,536 float16 values are widened exactly', () => {
    const wide = widenFloat16(all);
    for (const bits of all) assert.ok(Object.is(wide[bits], binary16(bits)), `0x${bits.toString(16)}: ${wide[bits]}`);
  });

  it('all 65,536 bfloat16 values are the upper half of a float32', () => {
    const wide = widenBfloat16(all);
    const view = new DataView(new ArrayBuffer(4));
    for (const bits of all) {
      view.setUint32(0, bits * 65536);
      assert.ok(Object.is(wide[bits], view.getFloat32(0)));
    }
  });

  it('every float16 value survives the way there and back', () => {
    for (const bits of all) {
      const value = binary16(bits);
      if (!Number.isNaN(value)) assert.equal(numberToFloat16(value), bits);
    }
    assert.ok(Number.isNaN(binary16(numberToFloat16(NaN))));
  });

  it('values between two of them go to the nearer, ties to the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [binary16(bits), binary16(bits + 1)];
      const middle = (low + high) / 2;
      assert.equal(numberToFloat16(middle), bits % 2 === 0 ? bits : bits + 1);
      assert.equal(numberToFloat16(Math.fround(middle - (high - low) / 8)), bits);
      assert.equal(numberToFloat16(Math.fround(middle + (high - low) / 8)), bits + 1);
    }
    assert.equal(numberToFloat16(65519), 0x7bff);
    assert.equal(numberToFloat16(65520), 0x7c00);
    assert.equal(numberToFloat16(-1e9), 0xfc00);
  });
});
