import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';
import { int64 } from '../../support/onnxFile.js';

/** Cosines and sines of positions × pairs. */
const cache = (rows: number, pairs: number, of: (angle: number) => number) => ({
  dims: [rows, pairs],
  type: 1,
  values: Array.from({ length: rows * pairs }, (_, i) => of(Math.floor(i / pairs) / 10 ** ((i % pairs) / pairs))),
});

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  tokens: fc.integer({ min: 1, max: 4 }),
  heads: fc.integer({ min: 1, max: 3 }),
  pairs: fc.integer({ min: 1, max: 3 }),
  kept: fc.constantFrom(0, 0, 2, 4),
  interleaved: fc.integer({ min: 0, max: 1 }),
  isFlat: fc.boolean(),
});

describe('gradients of features turned by their position', () => {
  it('agree with differences for any heads and part of the features that is turned', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ batch, tokens, heads, pairs, kept, interleaved, isFlat }) => {
        const size = 2 * pairs + kept;
        const positions = { ...int64(...Array.from({ length: batch * tokens }, (_, i) => (3 * i + 1) % 7)) };
        const dims = isFlat ? [batch, tokens, heads * size] : [batch, heads, tokens, size];
        const attributes = { interleaved, num_heads: heads, rotary_embedding_dim: kept ? 2 * pairs : 0 };
        const caches = [Math.cos, Math.sin].map((of) => cache(7, pairs, of));
        const ids = { ...positions, dims: [batch, tokens] };
        await checkGradient({ op: 'RotaryEmbedding', opset: 23, inputs: [dims, ...caches, ids], attributes });
        const perToken = caches.map(({ values }) => ({
          dims: [batch, tokens, pairs],
          type: 1,
          values: values.slice(0, 1).concat(Array.from({ length: batch * tokens * pairs - 1 }, (_, i) => Math.sin(i))),
        }));
        await checkGradient({ op: 'RotaryEmbedding', opset: 23, inputs: [dims, ...perToken], attributes });
        const fused = { op: 'RotaryEmbedding', domain: 'com.microsoft', attributes };
        await checkGradient({ ...fused, inputs: [dims, ids, ...caches] });
        await checkGradient({ ...fused, inputs: [dims, int64(2), ...caches] });
      }),
      { numRuns: 25 },
    ));
});
