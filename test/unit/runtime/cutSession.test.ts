import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { partBefore, readModel } from '../../../src/engine/onnx/index.js';
import { fixedBatchOf, openSession, type Tensor } from '../../../src/engine/runtime/index.js';
import {
  bytes,
  graph,
  header,
  int64Bytes,
  message,
  modelBytes,
  type ModelSpec,
  node,
  number,
  temporaryFolder,
  tensor,
} from '../../support/onnxFile.js';

const row = (...values: number[]): Tensor => ({
  type: 'float32',
  dims: [1, values.length],
  data: Float32Array.from(values),
});

describe('a session of a layer computes nothing behind it', () => {
  const folder = temporaryFolder();
  let files = 0;
  const read = (content: Uint8Array) => readModel(folder.write(`model${files++}.onnx`, content));
  const outputOf = async (content: Uint8Array, name: string, feeds: Record<string, Tensor>) => {
    const session = await openSession(await read(content), { outputs: [name], threads: 1 });
    try {
      assert.deepEqual(session.outputs, [name]);
      return [...((await session.run(feeds, [name]))[name].data as Float32Array)].map(Number);
    } finally {
      await session.release();
    }
  };
  const x = { x: { shape: ['batch', 2] } };
  /** h = x W, W = [[1, -1], [2, 1]] */
  const fc = { op: 'MatMul', in: ['x', 'W'], out: ['h'], name: 'fc' };
  const W = { dims: [2, 2], values: [1, -1, 2, 1] };
  const foreign = { op: 'Splat', in: ['h'], out: ['y'], name: 'splat', domain: 'my.own' };

  it('weights behind it are not even looked for', async () => {
    const missing = Buffer.concat([
      number(1, 2),
      number(1, 2),
      number(2, 1),
      bytes(8, 'V'),
      message(13, bytes(1, 'location'), bytes(2, 'not-here.bin')),
      number(14, 1),
    ]);
    const content = Buffer.concat([
      modelBytes({
        nodes: [fc, { op: 'MatMul', in: ['h', 'V'], out: ['y'] }],
        inputs: x,
        outputs: { y: {} },
        initializers: { W },
      }),
      message(7, bytes(5, missing)),
    ]);
    assert.deepEqual(await outputOf(content, 'h', { x: row(3, 1) }), [5, -2]);
    await assert.rejects(outputOf(content, 'y', { x: row(3, 1) }), /not-here\.bin, which is not beside it/);
  });

  it('an operator that ONNX Runtime does not have, and a loop without end, stop only what lies behind them', async () => {
    const content = modelBytes({
      nodes: [fc, foreign],
      inputs: x,
      outputs: { y: {} },
      initializers: { W },
      domains: { 'my.own': 1 },
    });
    assert.deepEqual(await outputOf(content, 'h', { x: row(3, 1) }), [5, -2]);
    await assert.rejects(outputOf(content, 'y', { x: row(3, 1) }), /the operator Splat of my\.own/);

    const body = graph({
      nodes: [
        { op: 'Identity', in: ['go'], out: ['on'] },
        { op: 'Identity', in: ['v'], out: ['w'] },
      ],
      inputs: { i: { type: 7, shape: [] }, go: { type: 9, shape: [] }, v: {} },
      outputs: { on: { type: 9, shape: [] }, w: {} },
    });
    const endless = modelBytes({
      nodes: [fc, { op: 'Loop', in: ['', 'true', 'h'], out: ['y'], name: 'again', attributes: { body } }],
      inputs: x,
      outputs: { y: {} },
      initializers: { W, true: { dims: [], type: 9, raw: Buffer.of(1) } },
    });
    assert.deepEqual(await outputOf(endless, 'h', { x: row(3, 1) }), [5, -2]);
    await assert.rejects(outputOf(endless, 'y', { x: row(3, 1) }), /the loop "again" would run practically for ever/);
  });

  it('inputs that only later layers take are not asked for; what the model states of them is known all the same', async () => {
    const model = await read(
      modelBytes({
        nodes: [fc, { op: 'Add', in: ['h', 'late'], out: ['y'] }],
        inputs: { x: { shape: [4, 2] }, late: { shape: [4, 2] } },
        outputs: { y: {} },
        initializers: { W },
      }),
    );
    const session = await openSession(model, { outputs: ['h'], threads: 1 });
    assert.deepEqual(
      session.inputs.map(({ name }) => name),
      ['x'],
    );
    assert.equal(fixedBatchOf(session, 'x'), 4);
    assert.equal(fixedBatchOf(session, 'late'), 4);
    const four: Tensor = { type: 'float32', dims: [4, 2], data: Float32Array.of(1, 0, 0, 1, 2, 0, 0, 2) };
    const { h } = await session.run({ x: four, late: row(1, 2) }, ['h']);
    assert.deepEqual([...(h.data as Float32Array)], [1, -1, 2, 1, 2, -2, 4, 2]);
    await assert.rejects(session.run({ x: four }, ['y']), /"y" is not a tensor that this session gives/);
    await session.release();
  });

  it('weights that old files list among the inputs come with the layer that uses them', async () => {
    const content = modelBytes({
      nodes: [fc, { op: 'Add', in: ['h', 'b'], out: ['y'] }],
      inputs: { ...x, W: { shape: [2, 2] }, b: { shape: [2] } },
      outputs: { y: {} },
      initializers: { W, b: { dims: [2], values: [1, 1] } },
    });
    assert.deepEqual(await outputOf(content, 'h', { x: row(3, 1) }), [5, -2]);
  });

  it('branches and bodies keep what they take from outside', async () => {
    const branch = (op: string, out: string) =>
      graph({ nodes: [{ op, in: ['h', 'bias'], out: [out] }], outputs: { [out]: {} } });
    const chosen: ModelSpec = {
      nodes: [
        fc,
        {
          op: 'If',
          in: ['true'],
          out: ['c'],
          attributes: { then_branch: branch('Add', 'sum'), else_branch: branch('Sub', 'difference') },
        },
        foreign,
      ],
      inputs: x,
      outputs: { y: {} },
      initializers: { W, bias: { dims: [2], values: [10, 20] }, true: { dims: [], type: 9, raw: Buffer.of(1) } },
      domains: { 'my.own': 1 },
    };
    assert.deepEqual(await outputOf(modelBytes(chosen), 'c', { x: row(3, 1) }), [15, 18]);

    // Each of three steps adds h to what is carried.
    const loopBody = graph({
      nodes: [
        { op: 'Identity', in: ['go'], out: ['on'] },
        { op: 'Add', in: ['v', 'h'], out: ['w'] },
      ],
      inputs: { i: { type: 7, shape: [] }, go: { type: 9, shape: [] }, v: {} },
      outputs: { on: { type: 9, shape: [] }, w: {} },
    });
    // Sums of the rows, one carried from step to step, each with the bias.
    const scanBody = graph({
      nodes: [
        { op: 'Add', in: ['carried', 'element'], out: ['next'] },
        { op: 'Add', in: ['next', 'bias'], out: ['shown'] },
      ],
      inputs: { carried: { shape: [2] }, element: { shape: [2] } },
      outputs: { next: { shape: [2] }, shown: { shape: [2] } },
    });
    const three = { dims: [], type: 7, raw: int64Bytes([3]) };
    const initializers = { ...chosen.initializers, three, zero: { dims: [2], values: [0, 0] } };
    const loop = { op: 'Loop', in: ['three', 'true', 'x'], out: ['c'], attributes: { body: loopBody } };
    const scan = {
      op: 'Scan',
      in: ['zero', 'h'],
      out: ['last', 'c'],
      attributes: { body: scanBody, num_scan_inputs: 1 },
    };
    const looped = modelBytes({ ...chosen, nodes: [fc, loop, foreign], initializers });
    assert.deepEqual(await outputOf(looped, 'c', { x: row(3, 1) }), [3 + 3 * 5, 1 - 3 * 2]);
    const scanned = modelBytes({ ...chosen, nodes: [fc, scan, foreign], initializers });
    const two: Tensor = { type: 'float32', dims: [2, 2], data: Float32Array.of(3, 1, 1, 0) };
    // h = [[5, -2], [1, -1]]
    assert.deepEqual(await outputOf(scanned, 'c', { x: two }), [15, 18, 16, 17]);
  });

  it('functions of the model come with it where they are called, those inside them too, and no others', async () => {
    const definition = (name: string, nodes: Parameters<typeof node>[0][], more: Buffer[] = []) =>
      Buffer.concat([
        bytes(1, name),
        bytes(4, 'a'),
        bytes(5, 'b'),
        // A function's nodes are its field 7, a graph's the field 1.
        ...nodes.map((one) => Buffer.concat([Buffer.of(7 * 8 + 2), node(one).subarray(1)])),
        message(9, bytes(1, ''), number(2, 17)),
        message(9, bytes(1, 'local'), number(2, 1)),
        ...more,
        bytes(10, 'local'),
      ]);
    const content = modelBytes({
      nodes: [
        fc,
        { op: 'Outer', in: ['h'], out: ['f'], domain: 'local' },
        { op: 'Broken', in: ['f'], out: ['y'], domain: 'local' },
      ],
      inputs: x,
      outputs: { y: {} },
      initializers: { W },
      domains: { local: 1 },
      functions: [
        definition('Inner', [{ op: 'Neg', in: ['a'], out: ['b'] }]),
        definition('Outer', [
          { op: 'Inner', in: ['a'], out: ['m'], domain: 'local' },
          { op: 'Relu', in: ['m'], out: ['b'] },
        ]),
        definition(
          'Broken',
          [{ op: 'Splat', in: ['a'], out: ['b'], domain: 'my.own' }],
          [message(9, bytes(1, 'my.own'), number(2, 1))],
        ),
      ],
    });
    assert.deepEqual(await outputOf(content, 'f', { x: row(3, 1) }), [0, 2]);
    await assert.rejects(outputOf(content, 'y', { x: row(3, 1) }), /Splat/);
  });

  it('sparse weights come with the layer that uses them', async () => {
    // 2 × 2, of which the elements 0 and 3 are not zero.
    const sparse = (name: string, values: number[]) =>
      message(
        15,
        bytes(1, tensor(name, { dims: [2], values })),
        bytes(2, tensor('', { dims: [2], type: 7, raw: int64Bytes([0, 3]) })),
        number(3, 2),
        number(3, 2),
      );
    const dense = graph({
      nodes: [fc, { op: 'MatMul', in: ['h', 'V'], out: ['g'] }, { ...foreign, in: ['g'] }],
      inputs: x,
      outputs: { y: {} },
    });
    const content = Buffer.concat([
      header(17, { 'my.own': 1 }),
      bytes(7, Buffer.concat([dense, sparse('W', [2, 3]), sparse('V', [10, 100])])),
    ]);
    assert.deepEqual(await outputOf(content, 'h', { x: row(3, 1) }), [6, 3]);
    assert.deepEqual(await outputOf(content, 'g', { x: row(3, 1) }), [60, 300]);
  });

  it('quantised layers keep their scales', async () => {
    const scale = { dims: [], values: [0.5] };
    const content = modelBytes({
      nodes: [
        { op: 'QuantizeLinear', in: ['x', 'scale', 'zero'], out: ['q'] },
        { op: 'DequantizeLinear', in: ['q', 'scale', 'zero'], out: ['d'] },
        { op: 'MatMul', in: ['d', 'W'], out: ['h'] },
        foreign,
      ],
      inputs: x,
      outputs: { y: {} },
      initializers: { W, scale, zero: { dims: [], type: 2, raw: Buffer.of(128) } },
      domains: { 'my.own': 1 },
    });
    // 3.1 and 0.9 are 3 and 1 in steps of a half.
    assert.deepEqual(await outputOf(content, 'h', { x: row(3.1, 0.9) }), [5, -2]);
  });

  it('where all nodes are needed nothing is cut, and the model’s own outputs may be named', async () => {
    const spec: ModelSpec = {
      nodes: [fc, { op: 'Relu', in: ['h'], out: ['y'] }],
      inputs: x,
      outputs: { y: {}, x: { shape: ['batch', 2] } },
      initializers: { W },
    };
    const model = await read(modelBytes(spec));
    assert.equal(partBefore(model, ['y']), null);
    assert.equal(partBefore(model, ['y', 'h']), null);
    assert.deepEqual(partBefore(model, ['h', 'x'])?.inputs, ['x']);
    const session = await openSession(model, { outputs: ['h', 'x'], threads: 1 });
    const found = await session.run({ x: row(3, 1) }, ['x', 'h']);
    assert.deepEqual([...(found.x.data as Float32Array)], [3, 1]);
    assert.deepEqual([...(found.h.data as Float32Array)], [5, -2]);
    await session.release();
  });

  it('a file that has become shorter since it was read is said to have changed', async () => {
    const content = modelBytes({
      nodes: [fc, { op: 'Relu', in: ['h'], out: ['y'] }],
      inputs: x,
      outputs: { y: {} },
      initializers: { W },
    });
    const model = await read(content);
    writeFileSync(model.path, content.subarray(0, content.length / 2));
    await assert.rejects(openSession(model, { outputs: ['h'], threads: 1 }), /changed while it was read/);
  });
});
