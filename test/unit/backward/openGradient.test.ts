import assert from 'node:assert/strict';
import {
  cachedGradient,
  gradientRules,
  openGradient,
  releaseGradients,
  type Rule,
} from '../../../src/engine/backward/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { UserError } from '../../../src/shared/userError.js';
import { withModel } from '../../support/gradientCheck.js';
import { bytes, graph, int64, message, type ModelSpec, number } from '../../support/onnxFile.js';

const feed = (...values: number[]) => ({
  type: 'float32' as const,
  dims: [1, values.length],
  data: Float32Array.from(values),
});
const refuses = (text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.sentence, text);
  return true;
};

/** y = relu(x W) with W = [[1, -2], [3, 4]]; z = y². */
const small: ModelSpec = {
  nodes: [
    { op: 'MatMul', in: ['x', 'W'], out: ['h'], name: 'product' },
    { op: 'Relu', in: ['h'], out: ['y'], name: 'relu' },
    { op: 'Mul', in: ['y', 'y'], out: ['z'], name: 'square' },
  ],
  inputs: { x: { shape: ['batch', 2] } },
  outputs: { z: {} },
  initializers: { W: { dims: [2, 2], values: [1, -2, 3, 4] } },
};

describe('a gradient', () => {
  it('is that of a weighted sum of any tensor, by inputs and layers at once', () =>
    withModel(small, async (file) => {
      const gradient = openGradient(await readModel(file), { targets: ['z'], wrt: ['x', 'y', 'h'] });
      // x = (1, 2): h = (7, 6), y = h, z = (49, 36); dz/dy = 2 y.
      const { values, gradients } = await gradient.run({ x: feed(1, 2) }, { z: Float32Array.of(1, 0.5) });
      assert.deepEqual([...(values.z.data as Float32Array)], [49, 36]);
      assert.deepEqual([...(gradients.y.data as Float32Array)], [14, 6]);
      assert.deepEqual([...(gradients.h.data as Float32Array)], [14, 6]);
      assert.deepEqual([...(gradients.x.data as Float32Array)], [14 * 1 + 6 * -2, 14 * 3 + 6 * 4]);
      await gradient.release();
    }));

  it('of several scores takes one forward run, and any size of batch', () =>
    withModel(small, async (file) => {
      const gradient = openGradient(await readModel(file), { targets: ['z'], wrt: ['x'] });
      const x = { type: 'float32' as const, dims: [2, 2], data: Float32Array.of(1, 2, -1, 1) };
      const pass = await gradient.forward({ x });
      // The second sample: h = (2, 6).
      const first = await pass.backward({ z: Float32Array.of(1, 0, 1, 0) });
      const second = await pass.backward({ z: Float32Array.of(0, 1, 0, 1) });
      assert.deepEqual([...(first.x.data as Float32Array)], [14, 42, 4, 12]);
      assert.deepEqual([...(second.x.data as Float32Array)], [-24, 48, -24, 48]);
      const alone = await gradient.run({ x: feed(1, 2) }, ({ z }) => ({ z: new Float32Array(z.data.length).fill(1) }));
      assert.deepEqual([...(alone.gradients.x.data as Float32Array)], [-10, 90]);
      await gradient.release();
    }));

  it('comes from one session or from two, in any operator set', async () => {
    const nodes: ModelSpec['nodes'] = [
      { op: 'Conv', in: ['x', 'K'], out: ['c'], attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
      { op: 'Relu', in: ['c'], out: ['r'] },
      { op: 'MaxPool', in: ['r'], out: ['p'], attributes: { kernel_shape: [2, 2], strides: [1, 1] } },
      { op: 'Flatten', in: ['p'], out: ['f'] },
      { op: 'Gemm', in: ['f', 'W', 'b'], out: ['y'] },
    ];
    const initializers = {
      K: { dims: [1, 1, 3, 3], values: [0, 1, 0, 2, 3, 2, 0, 1, 0] },
      W: { dims: [1, 2], values: [2, 5] },
      b: { dims: [2], values: [0, 0] },
    };
    const x = { type: 'float32' as const, dims: [1, 1, 4, 4], data: Float32Array.from({ length: 16 }, (_, i) => i) };
    // The largest place of the 2 × 2 that the convolution gives is the last, whose kernel lies on (2, 2).
    const expected = [0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 3, 2, 0, 0, 1, 0].map((weight) => 7 * weight);
    for (const opset of [7, 9, 11, 13, 17, 21]) {
      await withModel(
        { nodes, initializers, inputs: { x: { shape: [1, 1, 4, 4] } }, outputs: { y: {} }, opset },
        async (file) => {
          const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] });
          assert.deepEqual(await gradient.targetDims({ x }), { y: [1, 2] });
          const seeds = { y: Float32Array.of(1, 1) };
          const together = await gradient.run({ x }, seeds);
          const apart = await (await gradient.forward({ x })).backward(seeds);
          assert.deepEqual([...(together.gradients.x.data as Float32Array)], expected, `opset ${opset}, together`);
          assert.deepEqual([...(apart.x.data as Float32Array)], expected, `opset ${opset}, apart`);
          await gradient.release();
        },
      );
    }
  });

  it('of several targets is that of their sum', () =>
    withModel(small, async (file) => {
      const gradient = openGradient(await readModel(file), { targets: ['z', 'y'], wrt: ['h'] });
      const seeds = { z: Float32Array.of(1, 0), y: Float32Array.of(0, 5) };
      const { gradients } = await gradient.run({ x: feed(1, 2) }, seeds);
      assert.deepEqual([...(gradients.h.data as Float32Array)], [14, 5]);
      await gradient.release();
    }));

  it('takes other rules for some operators: guided backpropagation keeps what is positive', () =>
    withModel(small, async (file) => {
      const relu = gradientRules.Relu as Rule;
      const guided: Rule = {
        backward: (at) => [at.g.op('Relu', [relu.backward(at)[0] ?? at.gradient])],
      };
      const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] }, { rules: { Relu: guided } });
      const { gradients } = await gradient.run({ x: feed(1, 2) }, { y: Float32Array.of(1, -1) });
      assert.deepEqual([...(gradients.x.data as Float32Array)], [1, 3]);
      await gradient.release();
    }));

  it('is opened once for the same targets and tensors', () =>
    withModel(small, async (file) => {
      const model = await readModel(file);
      const request = { targets: ['z'], wrt: ['x'] };
      const gradient = cachedGradient(model, request);
      assert.equal(cachedGradient(model, { targets: ['z'], wrt: ['x'] }), gradient);
      assert.notEqual(cachedGradient(model, { targets: ['z'], wrt: ['h'] }), gradient);
      assert.notEqual(cachedGradient(model, request, { kind: 'guided' }), gradient);
      await releaseGradients(model);
      assert.notEqual(cachedGradient(model, request), gradient);
      await releaseGradients(model);
    }));

  it('of a pass that is held still comes when other sizes have run since, and other gradients were opened', () =>
    withModel(small, async (file) => {
      const model = await readModel(file);
      const gradient = cachedGradient(model, { targets: ['z'], wrt: ['x'] });
      const rows = (count: number) => ({
        type: 'float32' as const,
        dims: [count, 2],
        data: Float32Array.from({ length: 2 * count }, (_, i) => i + 1),
      });
      const held = await gradient.forward({ x: rows(1) });
      for (const count of [2, 3, 4]) await gradient.forward({ x: rows(count) });
      const first = await held.backward({ z: Float32Array.of(1, 0.5) });
      assert.deepEqual([...(first.x.data as Float32Array)], [14 * 1 + 6 * -2, 14 * 3 + 6 * 4]);
      for (const wrt of ['h', 'y'])
        for (const target of ['z', 'y']) if (target !== wrt) cachedGradient(model, { targets: [target], wrt: [wrt] });
      cachedGradient(model, { targets: ['y'], wrt: ['x'] });
      const second = await held.backward({ z: Float32Array.of(1, 0) });
      assert.deepEqual([...(second.x.data as Float32Array)], [14, 42]);
      await releaseGradients(model);
      const third = await held.backward({ z: Float32Array.of(0, 1) });
      assert.deepEqual([...(third.x.data as Float32Array)], [-24, 48]);
    }));

  it('is float32 in models of float16 and float64', async () => {
    for (const [type, name] of [
      [10, 'float16'],
      [11, 'float64'],
    ] as const) {
      const spec: ModelSpec = {
        nodes: [
          { op: 'Mul', in: ['x', 'w'], out: ['h'] },
          { op: 'Exp', in: ['h'], out: ['y'] },
        ],
        inputs: { x: { type, shape: [1, 2] } },
        outputs: { y: { type } },
        initializers: {
          w: { dims: [], type, raw: type === 10 ? Buffer.from([0, 0x40]) : Buffer.from(new Float64Array([2]).buffer) },
        },
      };
      await withModel(spec, async (file) => {
        const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] });
        const { gradients } = await gradient.run({ x: feed(0, 0.5) }, { y: Float32Array.of(1, 1) });
        const [a, b] = gradients.x.data as Float32Array;
        assert.equal(gradients.x.type, 'float32');
        assert.ok(Math.abs(a - 2) < 1e-6 && Math.abs(b - 2 * Math.E) < 1e-2, `${name}: ${a}, ${b}`);
        await gradient.release();
      });
    }
  });

  it('goes through functions that the model defines, with their attributes', async () => {
    // scaled(v) = LeakyRelu(v, alpha) × v, where alpha is an attribute of the call.
    const alpha = message(5, bytes(1, 'alpha'), number(20, 1), bytes(21, 'slope'));
    const leaky = message(7, bytes(1, 'v'), bytes(2, 'l'), bytes(4, 'LeakyRelu'), alpha);
    const scaled = Buffer.concat([
      bytes(1, 'scaled'),
      bytes(4, 'v'),
      bytes(5, 'r'),
      bytes(6, 'slope'),
      leaky,
      message(7, bytes(1, 'l'), bytes(1, 'v'), bytes(2, 'r'), bytes(4, 'Mul')),
      message(9, bytes(1, ''), number(2, 17)),
      bytes(10, 'own'),
    ]);
    const spec: ModelSpec = {
      nodes: [{ op: 'scaled', domain: 'own', in: ['x'], out: ['y'], attributes: { slope: 0.5 } }],
      inputs: { x: { shape: [1, 2] } },
      outputs: { y: {} },
      functions: [scaled],
      domains: { own: 1 },
    };
    await withModel(spec, async (file) => {
      const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] });
      // 3²: 6; 0.5 × (-2)²: 0.5 × 2 × -2.
      const { values, gradients } = await gradient.run({ x: feed(3, -2) }, { y: Float32Array.of(1, 1) });
      assert.deepEqual([...(values.y.data as Float32Array)], [9, 2]);
      assert.deepEqual([...(gradients.x.data as Float32Array)], [6, -2]);
      await gradient.release();
    });
  });

  it('computes nothing behind the targets, and fetches outputs of the model that stand before them', async () => {
    const spec: ModelSpec = {
      nodes: [
        { op: 'Mul', in: ['x', 'x'], out: ['squares'] },
        { op: 'Mul', in: ['squares', 'x'], out: ['cubes'] },
        { op: 'Splat', in: ['cubes'], out: ['y'], domain: 'my.own' },
      ],
      inputs: { x: { shape: [1, 2] } },
      outputs: { y: {}, squares: {} },
      domains: { 'my.own': 1 },
    };
    await withModel(spec, async (file) => {
      const request = { targets: ['cubes'], wrt: ['x'], fetch: ['squares'] };
      const gradient = openGradient(await readModel(file), request);
      const seeds = { cubes: Float32Array.of(1, 1) };
      // 3 x², in one session and in two.
      const { values, gradients } = await gradient.run({ x: feed(3, -2) }, seeds);
      assert.deepEqual([...(values.squares.data as Float32Array)], [9, 4]);
      assert.deepEqual([...(gradients.x.data as Float32Array)], [27, 12]);
      const pass = await gradient.forward({ x: feed(3, -2) });
      assert.deepEqual([...(pass.values.squares.data as Float32Array)], [9, 4]);
      assert.deepEqual([...((await pass.backward(seeds)).x.data as Float32Array)], [27, 12]);
      await gradient.release();
    });
  });

  it('goes through the branch that the size of the input decides', async () => {
    const branch = (op: string) =>
      graph({ nodes: [{ op, in: ['x'], out: [`${op}_out`] }], outputs: { [`${op}_out`]: {} } });
    const spec: ModelSpec = {
      nodes: [
        { op: 'Shape', in: ['x'], out: ['s'] },
        { op: 'Gather', in: ['s', 'one'], out: ['n'] },
        { op: 'Equal', in: ['n', 'two'], out: ['c'] },
        { op: 'If', in: ['c'], out: ['y'], attributes: { then_branch: branch('Exp'), else_branch: branch('Neg') } },
      ],
      inputs: { x: { shape: [1, 'n'] } },
      outputs: { y: {} },
      initializers: { one: { ...int64(1), dims: [] }, two: { ...int64(2), dims: [] } },
    };
    await withModel(spec, async (file) => {
      const gradient = openGradient(await readModel(file), { targets: ['y'], wrt: ['x'] });
      const two = await gradient.run({ x: feed(0, 0) }, { y: Float32Array.of(1, 2) });
      const three = await gradient.run({ x: feed(0, 0, 0) }, { y: Float32Array.of(1, 2, 3) });
      assert.deepEqual([...(two.gradients.x.data as Float32Array)], [1, 2]);
      assert.deepEqual([...(three.gradients.x.data as Float32Array)], [-1, -2, -3]);
      await gradient.release();
    });
  });

  it('has a sentence for what it can not do', () =>
    withModel(
      {
        ...small,
        nodes: [
          ...small.nodes,
          { op: 'Compress', in: ['z', 'keep'], out: ['d'], name: 'some' },
          { op: 'ArgMax', in: ['z'], out: ['a'] },
        ],
        outputs: { d: {}, a: { type: 7 } },
        initializers: { ...small.initializers, keep: { dims: [2], type: 9, raw: Buffer.from([1, 0]) } },
      },
      async (file) => {
        const model = await readModel(file);
        const open = (targets: string[], wrt: string[]) => () => openGradient(model, { targets, wrt });
        assert.throws(open(['d'], ['x']), refuses(/: Compress "some" has no gradient here: choose a layer behind it/));
        assert.throws(open(['a'], ['x']), refuses(/"a" does not depend on "x" in a way that has a gradient/));
        assert.throws(open(['h'], ['y']), refuses(/"h" does not depend on "y"/));
        assert.throws(open(['z'], ['q']), refuses(/there is no tensor "q"/));
        const gradient = openGradient(model, { targets: ['z'], wrt: ['x'] });
        await assert.rejects(
          gradient.run({ x: feed(1, 2) }, { z: Float32Array.of(1) }),
          refuses(/the weights of "z" are 1, and it is 1 × 2/),
        );
        await gradient.release();
      },
    ));
});
