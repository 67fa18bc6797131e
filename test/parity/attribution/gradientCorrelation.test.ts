import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type GradientAt,
  GradientCorrelationSum,
  integratedGradients,
  smoothGrad,
} from '../../../src/engine/attribution/index.js';

/** Made by correlation.py with the package of the method's authors. */
const reference = JSON.parse(readFileSync(path.join(import.meta.dirname, 'correlation.json'), 'utf8')) as {
  w1: number[][];
  b1: number[];
  w2: number[];
  x: number[][];
  y: number[];
  steps: number;
  ig: number[][];
  igc: number[];
  igac: number[];
  correlation: number;
};
const { w1, b1, w2 } = reference;

/** f = W2 tanh(W1 x + b1), and its gradient W1ᵀ (W2 (1 - tanh²)), of one sample. */
const network: GradientAt = async (x) => {
  const hidden = w1.map((row, h) => Math.tanh(row.reduce((sum, w, j) => sum + w * x[j], b1[h])));
  return {
    values: [hidden.reduce((sum, value, i) => sum + w2[i] * value, 0)],
    gradient: Float32Array.from(w1[0], (_, j) =>
      hidden.reduce((sum, value, i) => sum + w2[i] * (1 - value ** 2) * w1[i][j], 0),
    ),
  };
};
const zeros = new Float32Array(w1[0].length);

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `at ${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

describe('integrated gradients and their correlation, as their authors’ package computes them', () => {
  it('integrated gradients of each sample', async () => {
    for (const [i, x] of reference.x.entries()) {
      const { attribution } = await integratedGradients(Float32Array.from(x), zeros, reference.steps, network);
      close(attribution, reference.ig[i], 2e-6);
    }
  });

  it('the correlation, with targets and without', async () => {
    const [withTargets, without] = [new GradientCorrelationSum(zeros.length), new GradientCorrelationSum(zeros.length)];
    for (const [i, x] of reference.x.entries()) {
      const { attribution, values } = await integratedGradients(Float32Array.from(x), zeros, reference.steps, network);
      withTargets.add(attribution, values[0], reference.y[i]);
      without.add(attribution, values[0]);
    }
    const result = withTargets.result();
    close(result.values, reference.igc, 2e-6);
    close([result.correlation], [reference.correlation], 1e-6);
    close(without.result().values, reference.igac, 2e-6);
    close([without.result().correlation], [1], 1e-12);
    // What the trapezoid rule with 64 points leaves out.
    assert.ok(Math.abs(result.completenessError) < 1e-3);
  });
});

describe('gradient attributions, by arithmetic', () => {
  it('the trapezoid rule is exact where the gradient is linear: f = x², from 1 to 3', async () => {
    const square: GradientAt = async (point) => ({
      values: point.map((x) => x * x),
      gradient: point.map((x) => 2 * x),
    });
    for (const steps of [2, 17, 64]) {
      // Two samples in one batch.
      const result = await integratedGradients(Float32Array.of(3, 5), Float32Array.of(1, 0), steps, square);
      assert.ok(Math.abs(result.attribution[0] - 8) < 1e-5);
      assert.ok(Math.abs(result.attribution[1] - 25) < 1e-5);
      assert.deepEqual([...result.baselineValues], [1, 0]);
      assert.deepEqual([...result.values], [9, 25]);
    }
  });

  it('behind a norm more points are taken near a baseline of 0: f = x / √(x² + ε), from 0 to 1 and to -1', async () => {
    // From f(0) = 0 to f(1) = 1 and f(-1) = -1, to 5e-7, which cancel out over the batch; the slope at 0 is 1 / √ε = 1000.
    const epsilon = 1e-6;
    const norm: GradientAt = async (point) => ({
      values: point.map((x) => x / Math.sqrt(x * x + epsilon)),
      gradient: point.map((x) => epsilon / (x * x + epsilon) ** 1.5),
    });
    const [input, zero] = [Float32Array.of(1, -1), new Float32Array(2)];
    const plain = await integratedGradients(input, zero, 64, norm);
    // By the trapezoid rule alone the slope at 0 counts half a step: 1000 / 63 / 2 = 7.9.
    assert.ok(Math.abs(plain.attribution[0] - 1000 / 63 / 2) < 0.01);
    assert.equal(plain.more, 0);
    const refined = await integratedGradients(input, zero, 64, norm, true);
    close(refined.attribution, [1, -1], 0.03);
    assert.ok(refined.more > 0 && refined.more < 64, `${refined.more} more points`);
  });

  it('a score that is not too steep takes no more points', async () => {
    const square: GradientAt = async (point) => ({
      values: point.map((x) => x ** 4),
      gradient: point.map((x) => 4 * x ** 3),
    });
    const [input, zero] = [Float32Array.of(2), new Float32Array(1)];
    const plain = await integratedGradients(input, zero, 64, square);
    const refined = await integratedGradients(input, zero, 64, square, true);
    assert.equal(refined.more, 0);
    assert.deepEqual(refined.attribution, plain.attribution);
  });

  it('what fills a batch up behind its samples is no part of them', async () => {
    // Two samples of three components in a batch of four: f = Σ x, of which no more points are needed.
    const sums: GradientAt = async (point) => ({
      values: [0, 1].map((sample) => point.slice(3 * sample, 3 * sample + 3).reduce((sum, x) => sum + x, 0)),
      gradient: Float32Array.from({ length: 12 }, (_, i) => (i < 6 ? 1 : 0)),
      rows: 4,
    });
    const input = Float32Array.from({ length: 12 }, (_, i) => i + 1);
    const { attribution, more } = await integratedGradients(input, new Float32Array(12), 64, sums, true);
    assert.equal(more, 0);
    close(attribution.slice(0, 6), [1, 2, 3, 4, 5, 6], 1e-5);
  });

  it('a score that moves less than its rounding takes no more points, and keeps its shares', async () => {
    const flat: GradientAt = async (point) => ({ values: point.map(() => 100), gradient: point.map(() => 1e-9) });
    const { attribution, more } = await integratedGradients(Float32Array.of(3), new Float32Array(1), 64, flat, true);
    assert.equal(more, 0);
    close(attribution, [3e-9], 1e-12);
  });

  it('a linear model’s correlation is w cov(x, y) / (σ_y σ_ŷ), whatever the baseline', () => {
    const [x, y] = [[1, 2, 4, 7], [2, 1, 5, 6]]; // prettier-ignore
    for (const baseline of [0, -3]) {
      const sum = new GradientCorrelationSum(1);
      x.forEach((value, i) => sum.add([2 * (value - baseline)], 2 * value, y[i]));
      // cov(x, y) = 4.25, var(x) = 5.25, var(y) = 4.25; σ_ŷ = 2 σ_x.
      close(sum.result().values, [4.25 / Math.sqrt(5.25 * 4.25)], 1e-12);
    }
  });

  it('equal targets correlate with nothing', () => {
    const sum = new GradientCorrelationSum(2);
    for (const value of [1, 2, 3]) sum.add([value, 0], value, 5);
    assert.ok(sum.result().values.every(Number.isNaN));
  });

  it('SmoothGrad of a quadratic is the gradient at the mean of its points', async () => {
    const seen: number[] = [];
    const result = await smoothGrad(Float32Array.of(5, 1), 1, { samples: 400, sigma: 0.15, seed: 0 }, async ([x]) => {
      seen.push(x);
      return Float32Array.of(2 * x, 0);
    });
    const mean = seen.reduce((sum, x) => sum + x, 0) / 400;
    assert.ok(Math.abs(result[0] - 2 * mean) < 1e-5);
    const deviation = Math.sqrt(seen.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 400);
    // Of 400 normal numbers the standard deviation is within 15 % of the true one, 0.15 × (5 - 1), but once in 10^5 seeds.
    assert.ok(Math.abs(deviation / 0.6 - 1) < 0.15);
  });
});
