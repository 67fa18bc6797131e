import { checkGradient } from '../../support/gradientCheck.js';

const [steps, batch, size, hidden] = [4, 2, 3, 5];
const cells = [
  { op: 'LSTM', gates: 4, outputs: 3 },
  { op: 'GRU', gates: 3, outputs: 2 },
  { op: 'RNN', gates: 1, outputs: 2 },
];

describe('gradients of recurrent layers agree with differences', () => {
  for (const { op, gates, outputs } of cells) {
    for (const [direction, directions] of [
      ['forward', 1],
      ['reverse', 1],
      ['bidirectional', 2],
    ] as const) {
      const weights = (...dims: number[]) => ({
        dims,
        values: Array.from({ length: dims.reduce((all, dim) => all * dim) }, (_, i) => Math.sin(7 * i + 1) / 2),
      });
      const layer = [
        [steps, batch, size],
        weights(directions, gates * hidden, size),
        weights(directions, gates * hidden, hidden),
      ] as const;
      const bias = weights(directions, 2 * gates * hidden);
      const state = [directions, batch, hidden];
      for (const linear_before_reset of op === 'GRU' ? [0, 1] : [0]) {
        const attributes = { hidden_size: hidden, direction, ...(op === 'GRU' ? { linear_before_reset } : {}) };
        it(`${op}, ${direction}${linear_before_reset ? ', reset after the product' : ''}`, async () => {
          const first = op === 'LSTM' ? [state, state] : [state];
          const common = { op, attributes, opset: 14, fixed: [1, 2, 3], between: [-1, 1] as const, outputs };
          await checkGradient({ ...common, inputs: [...layer, bias, null, ...first] });
          await checkGradient({ ...common, inputs: [...layer] });
          const lengths = { dims: [batch], type: 6, raw: Buffer.from(new Int32Array([steps, steps]).buffer) };
          await checkGradient({ ...common, inputs: [...layer, bias, lengths] });
        });
      }
    }
  }
});
