import assert from 'node:assert/strict';
import { createEngine, mediaFolder } from '../../../src/engine/index.js';
import type { AttributionRequest } from '../../../src/shared/attribution.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';
import { npy } from '../../support/npyFile.js';

describe('attribution to tokens', () => {
  const folder = temporaryFolder();
  const engine = createEngine({ media: mediaFolder() });
  const table = [1, 2, 3, 4, 5, 6];
  /** Three tokens of a table of three vectors; y = the sum over tokens of w · vector, with w = (1, -1), and twice that. */
  const model = (embedded: { nodes: Parameters<typeof modelBytes>[0]['nodes']; initializers: object }) =>
    folder.write(
      'tokens.onnx',
      modelBytes({
        nodes: [
          ...embedded.nodes,
          { op: 'MatMul', in: ['e', 'w'], out: ['each'] },
          { op: 'ReduceSum', in: ['each', 'axis'], out: ['y'], attributes: { keepdims: 0 } },
        ],
        inputs: { ids: { type: 7, shape: ['n', 3] } },
        outputs: { y: { shape: ['n', 2] } },
        initializers: {
          w: { dims: [2, 2], values: [1, 2, -1, -2] },
          axis: { dims: [1], type: 7, raw: Buffer.from(BigInt64Array.of(1n).buffer) },
          ...embedded.initializers,
        },
      }),
    );
  const gathered = () =>
    model({
      nodes: [{ op: 'Gather', in: ['table', 'ids'], out: ['e'] }],
      initializers: { table: { dims: [3, 2], values: table } },
    });
  const of = (change: Partial<AttributionRequest> = {}) => {
    const rows = folder.write('ids.npy', npy('<i4', [2, 3], Int32Array.of(0, 2, 1, 1, 1, 0)));
    const request: AttributionRequest = {
      ...{ model: change.model ?? gathered(), probe: { kind: 'data', path: rows }, folders: [], sample: 0 },
      ...{ method: 'input-x-gradient', class: 1, threads: null },
      ...change,
    };
    return engine.attribution(request, new AbortController().signal);
  };

  it('goes to what they are looked up as', async () => {
    const found = await of();
    assert.equal(found.parts, 'tokens');
    assert.deepEqual([...found.held], [0, 2, 1]);
    // Each vector is (v, v + 1), so w · vector is -1, and twice that for the second output.
    assert.deepEqual([...found.values], [-2, -2, -2]);
    assert.equal(found.score, -6);
    const path = await of({ method: 'ig', class: 0 });
    path.values.forEach((value) => assert.ok(Math.abs(value + 1) < 1e-6));
    assert.ok(Math.abs(path.expected! + 3) < 1e-6);
  });

  it('of slopes the length of the vector is taken: √(1² + 1²)', async () => {
    const { values, notes } = await of({ method: 'gradient', class: 0 });
    values.forEach((value) => assert.ok(Math.abs(value - Math.SQRT2) < 1e-6));
    assert.match(notes[0], /lengths of the vectors of 2 numbers/);
  });

  it('whole numbers that are only cast are attributed to as numbers', async () => {
    const cast = model({
      nodes: [
        { op: 'Cast', in: ['ids'], out: ['f'], attributes: { to: 1 } },
        { op: 'Unsqueeze', in: ['f', 'last'], out: ['column'] },
        { op: 'Concat', in: ['column', 'column', 'column'], out: ['three'], attributes: { axis: 2 } },
        { op: 'MatMul', in: ['three', 'sums'], out: ['e'] },
      ],
      initializers: {
        last: { dims: [1], type: 7, raw: Buffer.from(BigInt64Array.of(2n).buffer) },
        // Of each number n the vector (3 n, n): w gives 3 n - n, and twice that.
        sums: { dims: [3, 2], values: [1, 1, 1, 0, 1, 0] },
      },
    });
    const found = await of({ model: cast });
    assert.deepEqual([...found.values], [0, 2 * 4, 1 * 4]);
    assert.equal(found.score, 12);
    assert.deepEqual(found.notes, []);
    const path = await of({ model: cast, method: 'gradient', class: 0 });
    assert.deepEqual([...path.values], [2, 2, 2]);
  });

  it('a comparison with the padding is not taken for the table', async () => {
    const masked = model({
      nodes: [
        { op: 'Equal', in: ['ids', 'padding'], out: ['isPadding'] },
        { op: 'Cast', in: ['isPadding'], out: ['mask'], attributes: { to: 1 } },
        { op: 'Unsqueeze', in: ['mask', 'last'], out: ['column'] },
        { op: 'Gather', in: ['table', 'ids'], out: ['vectors'] },
        { op: 'Add', in: ['vectors', 'column'], out: ['e'] },
      ],
      initializers: {
        table: { dims: [3, 2], values: table },
        padding: { dims: [], type: 7, raw: Buffer.from(BigInt64Array.of(9n).buffer) },
        last: { dims: [1], type: 7, raw: Buffer.from(BigInt64Array.of(2n).buffer) },
      },
    });
    assert.deepEqual([...(await of({ model: masked })).values], [-2, -2, -2]);
  });

  it('positions that are counted beside the vectors are counted again behind them', async () => {
    const whole = (...values: number[]) => ({
      dims: values.length === 1 ? [] : [values.length],
      type: 7,
      raw: Buffer.from(BigInt64Array.from(values, BigInt).buffer),
    });
    const counted = model({
      nodes: [
        { op: 'Gather', in: ['table', 'ids'], out: ['vectors'] },
        { op: 'Shape', in: ['ids'], out: ['shape'] },
        { op: 'Gather', in: ['shape', 'unit'], out: ['length'] },
        { op: 'Range', in: ['none', 'length', 'unit'], out: ['positions'] },
        { op: 'Gather', in: ['vectors', 'positions'], out: ['e'], attributes: { axis: 1 } },
      ],
      initializers: { table: { dims: [3, 2], values: table }, none: whole(0), unit: whole(1) },
    });
    assert.deepEqual([...(await of({ model: counted })).values], [-2, -2, -2]);
  });

  it('says so where no table is found', async () => {
    const hashed = model({
      nodes: [
        { op: 'Mod', in: ['ids', 'two'], out: ['rest'] },
        { op: 'Gather', in: ['table', 'rest'], out: ['e'] },
      ],
      initializers: {
        table: { dims: [3, 2], values: table },
        two: { dims: [], type: 7, raw: Buffer.from(BigInt64Array.of(2n).buffer) },
      },
    });
    await assert.rejects(of({ model: hashed }), /no table is found in which they are looked up/);
  });

  it('of a table’s row has the row’s own values beside its shares', async () => {
    const policy = 'media/sample/policy/policy.onnx';
    const found = await of({ model: policy, probe: { kind: 'file', path: 'media/sample/policy/policy.probe.json' }, method: 'ig', sample: 7 }); // prettier-ignore
    assert.equal(found.parts, 'columns');
    assert.equal(found.columns!.length, found.values.length);
    const sum = found.values.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - found.expected!) < 0.05 * Math.abs(found.expected!));
  });
});
