import assert from 'node:assert/strict';
import path from 'node:path';
import { ablate } from '../../../src/engine/effect/index.js';
import { findLayer, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { openProbe } from '../../../src/engine/probe/index.js';
import type { AblationSettings } from '../../../src/shared/effects.js';
import { onnxplain } from '../../support/commandLine.js';
import { graph, modelBytes, type ModelSpec } from '../../support/onnxFile.js';
import { activations, rows, writeSmallNetwork } from '../cli/smallNetwork.js';
import { testFolder } from '../probe/folder.js';

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (actual: ArrayLike<number>, expected: number[], tolerance = 1e-5): void => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) < tolerance, `${i}: ${actual[i]}, not ${value}`),
  );
};

describe('Switching units off', function () {
  this.timeout(30_000);
  const folder = testFolder();

  async function run(model: string, data: string, layer: string, options: Partial<AblationSettings> = {}) {
    const read = await readModel(model);
    const probe = await openProbe({ kind: data.endsWith('.json') ? 'file' : 'data', path: data }, read, { bundledFolder: '' }); // prettier-ignore
    return ablate(
      read,
      probe,
      findLayer(structureOf(read), layer),
      { units: null, mode: 'zero', output: null, probability: false, samples: null, labels: null, threads: 1, ...options }, // prettier-ignore
      () => undefined,
      new AbortController().signal,
    );
  }

  /** Writes a model over columns a, b and ten rows of them. */
  function network(spec: Partial<ModelSpec> & Pick<ModelSpec, 'nodes'>): { model: string; data: string } {
    const content = modelBytes({
      inputs: { x: { shape: ['batch', 2] } },
      outputs: { y: { shape: ['batch', 2] } },
      ...spec,
    });
    const table = Array.from({ length: 10 }, (_, i) => [i - 4, (i * 3) % 7]);
    return {
      model: folder.write('net.onnx', content),
      data: folder.write('rows.csv', ['a,b', ...table.map((row) => row.join(','))].join('\n')),
    };
  }

  it('gives each output what the unit sends there: activation × weight, behind which nothing is', async () => {
    const { model, probe } = writeSmallNetwork(folder.path('small'));
    const weight = (unit: number, output: number): number => (2 * unit + output) / 10 - 0.5;
    const all = [0, 1, 2, 3, 4, 5];
    const column = (unit: number): number[] => activations.map((row) => row[unit]);

    const zero = await run(model, probe, 'relu');
    near(
      zero.outputs[0].effect,
      all.flatMap((unit) => [0, 1].map((output) => mean(column(unit)) * weight(unit, output))),
    );
    // All activations are 0 or above, so that the magnitude's mean is the mean's magnitude.
    near(zero.outputs[0].size, [...zero.outputs[0].effect].map(Math.abs));

    // Its mean instead of its value: what is left sums to nothing, but not in magnitude.
    const byMean = await run(model, probe, 'relu', { mode: 'mean' });
    near(byMean.outputs[0].effect, new Array(12).fill(0));
    const spread = (unit: number): number => mean(column(unit).map((value) => Math.abs(value - mean(column(unit)))));
    near(
      byMean.outputs[0].size,
      all.flatMap((unit) => [0, 1].map((output) => spread(unit) * Math.abs(weight(unit, output)))),
    );
  });

  it('says how often the decision changes, and what is lost of the accuracy', async () => {
    const { model } = writeSmallNetwork(folder.path('small'));
    // Output 1 is output 0 plus a tenth of all units' sum: it always wins, whichever unit is off.
    const right = folder.write('small/right.csv', ['a,b,c,label', ...rows.map((row) => `${row.join(',')},1`)].join('\n')); // prettier-ignore
    const found = await run(model, right, 'relu');
    assert.deepEqual([...found.outputs[0].flips!], [0, 0, 0, 0, 0, 0]);
    assert.equal(found.accuracy!.before, 1);
    assert.equal(found.accuracy!.labels, 'column "label"');

    // y = [h₀, 1] with h₀ = relu(a): without h₀ the second wins always; before, the first does for a > 1 (and ties at 1).
    const { model: net, data } = network({
      nodes: [
        { op: 'Relu', in: ['x'], out: ['h'] },
        { op: 'MatMul', in: ['h', 'W'], out: ['m'] },
        { op: 'Add', in: ['m', 'b'], out: ['y'] },
      ],
      initializers: { W: { dims: [2, 2], values: [1, 0, 0, 0] }, b: { dims: [2], values: [0, 1] } },
    });
    const { outputs } = await run(net, data, 'h');
    // a is -4 … 5: five of ten are at least 1.
    near(outputs[0].flips!, [0.5, 0]);
  });

  it('is right beside a shortcut, in old opsets, and where a batch is fixed', async () => {
    // y = relu(h) + x with h = 2x - 1: x crosses the cut; the unit's effect is relu(2x - 1).
    const spec = (batch: number | string): Partial<ModelSpec> & Pick<ModelSpec, 'nodes'> => ({
      opset: 7,
      inputs: { x: { shape: [batch, 2] } },
      outputs: { y: { shape: [batch, 2] } },
      initializers: { two: { dims: [1], values: [2] }, one: { dims: [2], values: [-1, -1] }, W: { dims: [2, 2], values: [1, 0, 0, 1] } }, // prettier-ignore
      nodes: [
        { op: 'Mul', in: ['x', 'two'], out: ['d'] },
        { op: 'Gemm', in: ['d', 'W', 'one'], out: ['h'] },
        { op: 'Relu', in: ['h'], out: ['r'] },
        { op: 'Mul', in: ['x', 'x'], out: ['s'] },
        { op: 'Add', in: ['r', 's'], out: ['y'] },
      ],
    });
    const expected = [0, 1].map((c) => mean(Array.from({ length: 10 }, (_, i) => Math.max(0, 2 * [i - 4, (i * 3) % 7][c] - 1)))); // prettier-ignore
    for (const batch of ['batch', 1, 4]) {
      const { model, data } = network(spec(batch));
      const { outputs } = await run(model, data, 'h');
      near(outputs[0].effect, [expected[0], 0, 0, expected[1]]);
    }
    // An evenly spread half of the samples: 0, 2, 4, 6, 8.
    const { model, data } = network(spec('batch'));
    const half = await run(model, data, 'h', { samples: 5 });
    near(half.outputs[0].effect.slice(0, 1), [mean([-4, -2, 0, 2, 4].map((a) => Math.max(0, 2 * a - 1)))]);
    assert.deepEqual([half.samples, half.of], [5, 10]);
  });

  it('reaches into the branches of an If, which take the layer from outside', async () => {
    const branch = (name: string, op: string): Buffer =>
      graph({ nodes: [{ op, in: ['h', 'h'], out: [name] }], outputs: { [name]: { shape: ['batch', 2] } } });
    const { model, data } = network({
      nodes: [
        { op: 'Relu', in: ['x'], out: ['h'] },
        { op: 'ReduceMax', in: ['h'], out: ['top'], attributes: { keepdims: 0 } },
        { op: 'Greater', in: ['top', 'limit'], out: ['large'] },
        { op: 'If', in: ['large'], out: ['y'], attributes: { then_branch: branch('a', 'Add'), else_branch: branch('b', 'Mul') } }, // prettier-ignore
      ],
      initializers: { limit: { dims: [], values: [100] } },
    });
    // Always the Mul: without a unit its square is gone.
    const { outputs } = await run(model, data, 'h');
    near(outputs[0].effect.slice(0, 2), [mean([0, 0, 0, 0, 0, 1, 4, 9, 16, 25]), 0]);
  });

  it('handles half precision and whole numbers', async () => {
    const half = network({
      nodes: [
        { op: 'Cast', in: ['x'], out: ['x16'], attributes: { to: 10 } },
        { op: 'Relu', in: ['x16'], out: ['h'] },
        { op: 'Cast', in: ['h'], out: ['y'], attributes: { to: 1 } },
      ],
    });
    near((await run(half.model, half.data, 'h')).outputs[0].effect, [1.5, 0, 0, 3]);
    const whole = network({
      nodes: [
        { op: 'Relu', in: ['x'], out: ['r'] },
        { op: 'Cast', in: ['r'], out: ['h'], attributes: { to: 3 } },
        { op: 'Cast', in: ['h'], out: ['y'], attributes: { to: 1 } },
      ],
    });
    near((await run(whole.model, whole.data, 'h')).outputs[0].effect, [1.5, 0, 0, 3]);
  });

  it('measures softmax outputs at their logits, and themselves where that is wanted', async () => {
    const net = network({
      nodes: [
        { op: 'Relu', in: ['x'], out: ['h'] },
        { op: 'Softmax', in: ['h'], out: ['y'] },
      ],
    });
    const { outputs } = await run(net.model, net.data, 'h', { units: [0] });
    assert.equal(outputs[0].tensor, 'h');
    near(outputs[0].effect, [1.5, 0]);
    const own = await run(net.model, net.data, 'h', { units: [0], probability: true });
    const b = Array.from({ length: 10 }, (_, i) => (i * 3) % 7);
    const first = (x: number, y: number): number => 1 / (1 + Math.exp(y - x));
    near(own.outputs[0].effect.slice(0, 1), [mean(b.map((y, i) => first(Math.max(0, i - 4), y) - first(0, y)))]);
  });

  it('refuses what is not there, in one sentence', async () => {
    const { model, data } = network({
      nodes: [
        { op: 'Relu', in: ['x'], out: ['y'] },
        { op: 'Tanh', in: ['x'], out: ['aside'] },
        { op: 'Relu', in: ['aside'], out: ['more'] },
      ],
    });
    await assert.rejects(run(model, data, 'aside'), /layer "aside" has no effect on "y"/);
    await assert.rejects(run(model, data, 'y', { units: [2] }), /layer "y" has 2 neurons, there is no neuron 2/);
    await assert.rejects(run(model, data, 'y', { output: 'z' }), /there is no output "z"/);
    await assert.rejects(run(model, data, 'y', { labels: 'colour' }), /there is no column "colour"/);
  });

  it('the command line lists, for an output, the units that matter most with their labels', async () => {
    const { model, probe } = writeSmallNetwork(folder.path('small'));
    const args = ['ablate', model, '--probe', probe, '--layer', 'net.1', '--quiet'];
    const table = await onnxplain([...args, '--class', '1', '--top', '2']);
    // Means are 1.25, 0, 2, 0.05, 5.5, 0.05; weights -0.4, -0.2, 0, 0.2, 0.4, 0.6: 4 first, then 0.
    assert.match(table.stdout, /out, 1: mean .*\n.*\n.*\n +4 +\+2\.20 +2\.20 .*\n +0 +-0\.500 +0\.500 .*high\n$/);
    const json = await onnxplain([...args, '--json', '-', '--units', '0,4']);
    const { layer, outputs } = JSON.parse(json.stdout);
    assert.equal(layer, 'relu');
    assert.deepEqual(outputs[0].units.map(({ unit }: { unit: number }) => unit), [0, 4]); // prettier-ignore
    near(outputs[0].units[1].effect, [5.5 * 0.3, 5.5 * 0.4]);
    assert.equal(outputs[0].units[0].label, 'high');
    const wrong = await onnxplain(['ablate', path.join(folder.path('small'), 'small.onnx')]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /ablate wants a --layer/);
  });
});
