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

  it('with peepholes, coupled and clipped gates', async () => {
    const values = (...dims: number[]) => ({
      dims,
      values: Array.from({ length: dims.reduce((all, dim) => all * dim) }, (_, i) => Math.sin(5 * i + 2) / 2),
    });
    const layer = [
      [steps, batch, size],
      values(2, 4 * hidden, size),
      values(2, 4 * hidden, hidden),
      values(2, 8 * hidden),
      null,
      [2, batch, hidden],
      [2, batch, hidden],
    ] as const;
    const common = { op: 'LSTM', opset: 14, fixed: [1, 2, 3, 7], between: [-1, 1] as const, outputs: 3 };
    const attributes = { hidden_size: hidden, direction: 'bidirectional' };
    await checkGradient({ ...common, attributes, inputs: [...layer, values(2, 3 * hidden)] });
    await checkGradient({ ...common, attributes: { ...attributes, input_forget: 1 }, inputs: layer });
    await checkGradient({ ...common, attributes: { ...attributes, clip: 0.35 }, inputs: layer, tolerance: 0.03 });
  });

  it('with functions of every name', async () => {
    const values = (...dims: number[]) => ({
      dims,
      values: Array.from({ length: dims.reduce((all, dim) => all * dim) }, (_, i) => Math.sin(5 * i + 2) / 2),
    });
    const numbersOf: Record<string, Record<string, Float32Array>> = {
      Affine: { activation_alpha: Float32Array.of(0.7), activation_beta: Float32Array.of(-0.2) },
      ScaledTanh: { activation_alpha: Float32Array.of(1.3), activation_beta: Float32Array.of(0.6) },
      ThresholdedRelu: { activation_alpha: Float32Array.of(0.2) },
      HardSigmoid: { activation_alpha: Float32Array.of(0.4), activation_beta: Float32Array.of(0.3) },
    };
    const names = `Relu Tanh Sigmoid Affine LeakyRelu ThresholdedRelu ScaledTanh HardSigmoid Elu Softsign Softplus`;
    for (const name of names.split(' ')) {
      await checkGradient({
        op: 'GRU',
        opset: 14,
        fixed: [1, 2],
        between: [-1, 1],
        step: 1e-3,
        tolerance: 0.02,
        outputs: 2,
        attributes: { hidden_size: hidden, activations: ['Sigmoid', name], direction: 'reverse', ...numbersOf[name] },
        inputs: [[steps, batch, size], values(1, 3 * hidden, size), values(1, 3 * hidden, hidden)],
      });
    }
  });

  it('over sequences of different lengths', async () => {
    for (const { op, gates, outputs } of cells) {
      for (const [direction, directions] of [
        ['forward', 1],
        ['bidirectional', 2],
      ] as const) {
        const values = (...dims: number[]) => ({
          dims,
          values: Array.from({ length: dims.reduce((all, dim) => all * dim) }, (_, i) => Math.sin(5 * i + 2) / 2),
        });
        const lengths = { dims: [batch], type: 6, raw: Buffer.from(new Int32Array([2, steps]).buffer) };
        await checkGradient({
          op,
          opset: 14,
          fixed: [1, 2, 3],
          between: [-1, 1],
          outputs,
          attributes: { hidden_size: hidden, direction },
          inputs: [
            [steps, batch, size],
            values(directions, gates * hidden, size),
            values(directions, gates * hidden, hidden),
            values(directions, 2 * gates * hidden),
            lengths,
            [directions, batch, hidden],
          ],
        });
      }
    }
  });
});
