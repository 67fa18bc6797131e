import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkGradient, randomNumbers } from '../../support/gradientCheck.js';

const shapes = fc.record({
  bits: fc.constantFrom(2, 4, 8),
  block_size: fc.constantFrom(16, 32),
  K: fc.integer({ min: 10, max: 70 }),
  N: fc.integer({ min: 1, max: 5 }),
  points: fc.constantFrom('none', 'packed', 'fractions'),
  hasBias: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

describe('gradients of products with weights of a few bits', () => {
  it('agree with differences for any size, with and without zero points', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ bits, block_size, K, N, points, hasBias, seed }) => {
        const random = randomNumbers(seed);
        const blocks = Math.ceil(K / block_size);
        const bytes = (dims: number[]) => ({
          dims,
          type: 2,
          raw: Buffer.from(Array.from({ length: dims.reduce((all, dim) => all * dim) }, () => random() * 256)),
        });
        const fractions = (count: number, low: number, high: number) => ({
          dims: [count],
          type: 1,
          values: Array.from({ length: count }, () => low + random() * (high - low)),
        });
        const zero = {
          none: null,
          packed: bytes([N * Math.ceil((blocks * bits) / 8)]),
          // ONNX Runtime takes fractions beside fewer than 8 bits.
          fractions: bits < 8 ? fractions(N * blocks, 0, 2 ** bits) : null,
        };
        const worst = await checkGradient({
          op: 'MatMulNBits',
          domain: 'com.microsoft',
          inputs: [
            [2, 3, K],
            bytes([N, blocks, (block_size * bits) / 8]),
            fractions(N * blocks, 0.01, 0.1),
            zero[points as keyof typeof zero],
            null,
            hasBias ? fractions(N, -1, 1) : null,
          ],
          attributes: { K, N, bits, block_size },
          step: 0.5,
          seed,
        });
        assert.ok(worst < 5e-3);
      }),
      { numRuns: 30 },
    ));
});
