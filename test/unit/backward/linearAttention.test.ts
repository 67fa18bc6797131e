import fc from 'fast-check';
import { checkGradient } from '../../support/gradientCheck.js';

const microsoft = 'com.microsoft';

describe('gradients of layers that carry a state from token to token', () => {
  it('agree with differences for every rule of the state', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: fc.integer({ min: 1, max: 2 }),
          tokens: fc.integer({ min: 1, max: 4 }),
          heads: fc.integer({ min: 1, max: 2 }),
          shares: fc.integer({ min: 1, max: 2 }),
          size: fc.integer({ min: 1, max: 3 }),
          update_rule: fc.constantFrom('linear', 'gated', 'delta', 'gated_delta'),
          isPerKey: fc.boolean(),
          hasPast: fc.boolean(),
        }),
        async ({ batch, tokens, heads, shares, size, update_rule, isPerKey, hasPast }) => {
          const row = (width: number) => [batch, tokens, width];
          await checkGradient({
            op: 'LinearAttention',
            domain: microsoft,
            inputs: [
              row(heads * shares * size),
              row(heads * size),
              row(heads * 2),
              hasPast ? [batch, heads, size, 2] : null,
              update_rule.startsWith('gated') ? row(isPerKey ? heads * size : heads) : null,
              update_rule.endsWith('delta') ? row(heads) : null,
            ],
            attributes: { q_num_heads: heads * shares, kv_num_heads: heads, update_rule },
            outputs: 2,
            between: [-0.9, 0.8],
          });
        },
      ),
      { numRuns: 30 },
    ));

  it('agree with differences of convolutions over what was', async () => {
    for (const activation of ['none', 'silu']) {
      for (const past of [null, [2, 3, 2]]) {
        await checkGradient({
          op: 'CausalConvWithState',
          domain: microsoft,
          inputs: [[2, 3, 5], [3, 1, 3], [3], past],
          attributes: { activation },
          outputs: 2,
        });
      }
    }
  });

  it('agree with differences of a norm with a gate', async () => {
    const inputs = [[2, 3, 8], [4], [2, 3, 8]];
    await checkGradient({ op: 'GatedRMSNorm', domain: microsoft, inputs, attributes: { epsilon: 0.01 } });
  });
});
