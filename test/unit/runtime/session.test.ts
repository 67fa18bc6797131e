import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { appendOutputs, readModel } from '../../../src/engine/onnx/index.js';
import { openSession, type Tensor } from '../../../src/engine/runtime/index.js';
import { UserError } from '../../../src/shared/userError.js';
import {
  bytes,
  graph,
  int64,
  int64Bytes,
  message,
  modelBytes,
  type ModelSpec,
  number,
  temporaryFolder,
} from '../../support/onnxFile.js';

const vector = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [1, values.length],
  data: Float32Array.from(values),
});

describe('running a model', () => {
  const folder = temporaryFolder();
  const open = async (name: string, content: Uint8Array, outputs: string[], provider?: string) =>
    openSession(await readModel(folder.write(name, content)), { outputs, threads: 1, provider });

  /** y = relu(x W), W = [[1, -1], [2, 1]] */
  const small = modelBytes({
    nodes: [
      { op: 'MatMul', in: ['x', 'W'], out: ['h'], name: 'fc' },
      { op: 'Relu', in: ['h'], out: ['y'] },
    ],
    inputs: { x: { shape: ['batch', 2] } },
    outputs: { y: { shape: ['batch', 2] } },
    initializers: { W: { dims: [2, 2], values: [1, -1, 2, 1] } },
  });

  it('a tensor inside the model becomes an output by bytes behind the file', async () => {
    const model = await readModel(folder.write('small.onnx', small));
    assert.equal(Buffer.from(appendOutputs(model, ['h', 'y'])).toString('hex'), '3a0562030a0168');
    const session = await openSession(model, { outputs: ['h', 'y'], threads: 1 });
    assert.deepEqual(session.outputs, ['y', 'h']);
    const { h, y } = await session.run({ x: vector(3, 1) }, ['h', 'y']);
    assert.deepEqual([...(h.data as Float32Array)], [5, -2]);
    assert.deepEqual([...(y.data as Float32Array)], [5, 0]);
    await session.release();
  });

  it('a wrong shape, a missing input and an unknown tensor are refused in one sentence', async () => {
    const session = await open('small.onnx', small, []);
    await assert.rejects(session.run({ x: vector(1, 2, 3) }, ['y']), {
      message: 'small.onnx: input "x" wants batch × 2, got 1 × 3',
    });
    await assert.rejects(session.run({}, ['y']), /nothing feeds the input "x" \(float32, batch × 2\)/);
    await assert.rejects(session.run({ x: vector(1, 2) }, ['nope']), /"nope" is not a tensor/);
    await session.release();
    await assert.rejects(open('small.onnx', small, ['nope']), /no node computes "nope"/);
  });

  it('feeds are converted to what the model declares', async () => {
    for (const [type, out] of [
      [10, [0.5, -2]],
      [11, [0.5, -2]],
      [6, [1, -2]],
      [7, [1, -2]],
      [3, [1, -2]],
      [9, [1, 1]],
    ] as const) {
      const model = modelBytes({
        nodes: [{ op: 'Identity', in: ['x'], out: ['y'] }],
        inputs: { x: { type, shape: [1, 2] } },
        outputs: { y: { type, shape: [1, 2] } },
      });
      const session = await open(`type${type}.onnx`, model, []);
      // 0.5 rounds up, as Math.round has it.
      const { y } = await session.run({ x: vector(0.5, -2) }, ['y']);
      assert.deepEqual([...(y.data as Float32Array)].map(Number), [...out], session.inputs[0].type);
      assert.equal(y.type === 'float32', type === 10);
      if (type === 7) {
        await assert.rejects(session.run({ x: vector(NaN, 1) }, ['y']), /wants whole numbers \(int64\), got NaN/);
      }
      await session.release();
    }
  });

  it('an input that has a default value need not be fed', async () => {
    const model = modelBytes({
      nodes: [{ op: 'Add', in: ['x', 'b'], out: ['y'] }],
      inputs: { x: { shape: [1, 2] }, b: { shape: [1, 2] } },
      outputs: { y: { shape: [1, 2] } },
      initializers: { b: { dims: [1, 2], values: [10, 20] } },
    });
    const session = await open('default.onnx', model, []);
    const { y } = await session.run({ x: vector(1, 2) }, ['y']);
    assert.deepEqual([...(y.data as Float32Array)], [11, 22]);
    await session.release();
  });

  it('weights in a file beside the model are used; the model’s folder stays as it is', async () => {
    const weight = Buffer.concat([
      number(1, 2),
      number(1, 2),
      number(2, 1),
      bytes(8, 'W'),
      message(13, bytes(1, 'location'), bytes(2, 'weights.bin')),
      message(13, bytes(1, 'offset'), bytes(2, '4')),
      number(14, 1),
    ]);
    const content = Buffer.concat([
      modelBytes({
        nodes: [{ op: 'MatMul', in: ['x', 'W'], out: ['y'] }],
        inputs: { x: { shape: [1, 2] } },
        outputs: { y: {} },
      }),
      message(7, bytes(5, weight)),
    ]);
    const inner = path.join(folder.path(), 'with weights');
    mkdirSync(inner);
    writeFileSync(path.join(inner, 'weights.bin'), Buffer.from(new Float32Array([9, 1, 2, 3, 4]).buffer));
    writeFileSync(path.join(inner, 'model.onnx'), content);
    const session = await openSession(await readModel(path.join(inner, 'model.onnx')), { outputs: [], threads: 1 });
    const { y } = await session.run({ x: vector(1, 1) }, ['y']);
    assert.deepEqual([...(y.data as Float32Array)], [4, 6]);
    await session.release();
    assert.deepEqual(readdirSync(inner).sort(), ['model.onnx', 'weights.bin']);
  });

  it('an execution provider that is not here falls back to the CPU and says so', async () => {
    const session = await open('small.onnx', small, [], 'coreml');
    assert.equal(session.provider, 'cpu');
    assert.match(session.notes[0], /"coreml" can't be used here; running on the CPU/);
    await session.release();
  });

  it('what would take the process down or never end is refused before it is opened', async () => {
    const body = graph({
      nodes: [
        { op: 'Identity', in: ['go'], out: ['on'] },
        { op: 'Identity', in: ['v'], out: ['w'] },
      ],
      inputs: { i: { type: 7, shape: [] }, go: { type: 9, shape: [] }, v: { shape: [1] } },
      outputs: { on: { type: 9, shape: [] }, w: { shape: [1] } },
    });
    const spec = (trips: number): ModelSpec => ({
      nodes: [
        { op: 'Range', in: ['zero', 'n', 'one'], out: ['r'] },
        { op: 'Loop', in: ['n', 'true', 'x'], out: ['y'], name: 'again', attributes: { body } },
      ],
      inputs: { x: { shape: [1] } },
      outputs: { y: {} },
      initializers: {
        n: { dims: [], type: 7, raw: int64Bytes([trips]) },
        zero: { dims: [], type: 7, raw: int64Bytes([0]) },
        one: { dims: [], type: 7, raw: int64Bytes([1]) },
        true: { dims: [], type: 9, raw: Buffer.of(1) },
      },
    });
    await assert.rejects(
      open('loop.onnx', modelBytes(spec(2 ** 50)), []),
      /the loop "again" would run practically for ever/,
    );
    await assert.rejects(open('range.onnx', modelBytes(spec(10)), ['r']), /"r" counts positions/);
    const session = await open('loop.onnx', modelBytes(spec(10)), []);
    const { y } = await session.run({ x: { type: 'float32', dims: [1], data: Float32Array.of(4) } }, ['y']);
    assert.deepEqual([...(y.data as Float32Array)], [4]);
    await session.release();
  });

  it('a node that fails is named', async () => {
    const model = modelBytes({
      nodes: [{ op: 'Reshape', in: ['x', 's'], out: ['y'], name: 'reshape_5' }],
      inputs: { x: { shape: ['n'] } },
      outputs: { y: {} },
      initializers: { s: int64(2, 2) },
    });
    const session = await open('fails.onnx', model, []);
    await assert.rejects(
      session.run({ x: { type: 'float32', dims: [3], data: new Float32Array(3) } }, ['y']),
      (error) =>
        error instanceof UserError &&
        /^fails\.onnx: node "reshape_5" \(Reshape\) can't run on this input: /.test(error.message) &&
        !error.message.includes('\n'),
    );
    await session.release();
  });
});
