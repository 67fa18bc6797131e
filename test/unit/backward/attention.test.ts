import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';

const microsoft = 'com.microsoft';
const int32 = (dims: number[], values: number[]) => ({
  dims,
  type: 6,
  raw: Buffer.from(new Int32Array(values).buffer),
});
const int64s = (dims: number[], values: number[]) => ({
  dims,
  type: 7,
  raw: Buffer.from(BigInt64Array.from(values, BigInt).buffer),
});

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  tokens: fc.integer({ min: 1, max: 4 }),
  keyHeads: fc.integer({ min: 1, max: 2 }),
  shares: fc.integer({ min: 1, max: 3 }),
  size: fc.constantFrom(2, 4),
  past: fc.integer({ min: 0, max: 3 }),
  is_causal: fc.integer({ min: 0, max: 1 }),
  capped: fc.constantFrom<Record<string, number>>({}, { softcap: 2.5 }),
});

describe('gradients of attention', () => {
  it('agree with differences, behind keys of the past and by what it hands out', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ batch, tokens, keyHeads, shares, size, past, is_causal, capped }) => {
        const before = past > 0 ? [batch, keyHeads, past, size] : null;
        const key = [batch, keyHeads, tokens, size];
        await checkGradient({
          op: 'Attention',
          opset: 23,
          inputs: [[batch, keyHeads * shares, tokens, size], key, key, null, before, before],
          attributes: { is_causal, ...capped },
          outputs: before ? 3 : 1,
          between: [-1, 1],
        });
      }),
      { numRuns: 25 },
    ));

  it('agree with differences where sequences are padded', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ batch, tokens, keyHeads, shares, size, past, is_causal }) => {
        const keys = tokens + past;
        const lengths = int64s(
          [batch],
          Array.from({ length: batch }, (_, i) => keys - (i % (past + 1))),
        );
        const key = [batch, keyHeads, keys, size];
        await checkGradient({
          op: 'Attention',
          opset: 24,
          inputs: [[batch, keyHeads * shares, tokens, size], key, key, null, null, null, lengths],
          attributes: { is_causal },
          between: [-1, 1],
        });
      }),
      { numRuns: 15 },
    ));

  it('agree with differences in its fused form, behind keys of the past', async () => {
    for (const unidirectional of [0, 1]) {
      await checkGradient({
        op: 'Attention',
        domain: microsoft,
        inputs: [[2, 3, 8], [8, 24], [24], null, [2, 2, 2, 2, 4]],
        attributes: { num_heads: 2, unidirectional },
        outputs: 2,
        between: [-1, 1],
      });
    }
    // 2 and 3 of the keys of each sample count.
    const inputs = [[2, 3, 8], [8, 24], [24], int32([2], [2, 3])];
    await checkGradient({ op: 'Attention', domain: microsoft, inputs, attributes: { num_heads: 2 } });
  });

  it('agree with differences of queries, keys and values that were projected apart', async () => {
    const common = {
      op: 'MultiHeadAttention',
      domain: microsoft,
      attributes: { num_heads: 2 },
      between: [-1, 1] as const,
    };
    await checkGradient({
      ...common,
      inputs: [
        [2, 3, 8],
        [2, 2, 5, 4],
        [2, 2, 5, 4],
      ],
    });
    const past = [2, 2, 4, 4];
    const alike = [2, 3, 8];
    await checkGradient({ ...common, inputs: [alike, alike, alike, [24], null, null, past, past], outputs: 3 });
    const attributes = { num_heads: 2, unidirectional: 1, scale: 0.3 };
    await checkGradient({ ...common, attributes, inputs: [alike, alike, alike] });
  });

  it('agree with differences where groups of queries share keys, as in large language models', () =>
    fc.assert(
      fc.asyncProperty(
        shapes,
        fc.record({
          isPacked: fc.boolean(),
          rotary: fc.constantFrom('none', 'halves', 'neighbours'),
          local_window_size: fc.constantFrom(-1, 2),
          sink: fc.constantFrom('none', 'smooth', 'given'),
        }),
        async ({ batch, tokens, keyHeads, shares, past, capped }, { isPacked, rotary, local_window_size, sink }) => {
          const size = 16;
          const heads = keyHeads * shares;
          const before = past > 0 && batch === 1 ? [batch, keyHeads, past, size] : null;
          const total = tokens + (before ? past : 0);
          const cache = (of: (angle: number) => number) => ({
            dims: [16, size / 2],
            type: 1,
            values: Array.from({ length: 8 * size }, (_, i) => of(Math.floor((2 * i) / size) / (1 + (i % (size / 2))))),
          });
          const keys = isPacked ? null : [batch, tokens, keyHeads * size];
          await checkGradient({
            op: 'GroupQueryAttention',
            domain: microsoft,
            inputs: [
              [batch, tokens, (isPacked ? heads + 2 * keyHeads : heads) * size],
              keys,
              keys,
              before,
              before,
              int32([batch], Array<number>(batch).fill(total - 1)),
              int32([1], [total]),
              rotary === 'none' ? null : cache(Math.cos),
              rotary === 'none' ? null : cache(Math.sin),
              null,
              null,
              sink === 'given' ? [heads] : null,
            ],
            attributes: {
              num_heads: heads,
              kv_num_heads: keyHeads,
              do_rotary: rotary === 'none' ? 0 : 1,
              rotary_interleaved: rotary === 'neighbours' ? 1 : 0,
              local_window_size,
              smooth_softmax: sink === 'smooth' ? 1 : 0,
              ...capped,
            },
            outputs: 3,
            scored: before ? 1 : 3,
            between: [-1, 1],
          });
        },
      ),
      { numRuns: 40 },
    ));
});
