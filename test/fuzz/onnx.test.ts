import fc from 'fast-check';
import {
  defaultLayers,
  outgoingWeights,
  poolingHead,
  readModel,
  readTensor,
  structureOf,
} from '../../src/engine/onnx/index.js';
import { UserError } from '../../src/shared/userError.js';
import { int64Bytes, modelBytes, node, temporaryFolder, tensor } from '../support/onnxFile.js';

/** A small network with something of everything: shapes, a constant, metadata, control flow, flattening, a head. */
const seed = modelBytes({
  nodes: [
    {
      op: 'Conv',
      in: ['x', 'conv.weight', 'conv.bias'],
      out: ['c'],
      name: '/conv/Conv',
      attributes: { pads: [1, 1, 1, 1] },
    },
    { op: 'Relu', in: ['c'], out: ['r'], metadata: { 'pkg.torch.onnx.name_scopes': "['', 'act', 'relu']" } },
    {
      op: 'Constant',
      in: [],
      out: ['s'],
      attributes: { value: tensor('', { dims: [2], type: 7, raw: int64Bytes([0, -1]) }) },
    },
    { op: 'GlobalAveragePool', in: ['r'], out: ['p'] },
    { op: 'Reshape', in: ['p', 's'], out: ['f'] },
    { op: 'Gemm', in: ['f', 'fc.weight', 'fc.bias'], out: ['g'], attributes: { transB: 1, alpha: 0.5 } },
    {
      op: 'If',
      in: ['t'],
      out: ['y'],
      attributes: {
        then_branch: Buffer.concat([node({ op: 'Identity', in: ['g'], out: ['a'] })]),
        else_branch: Buffer.concat([node({ op: 'Neg', in: ['g'], out: ['b'] })]),
      },
    },
  ],
  inputs: { x: { shape: ['n', 1, 4, 4] }, t: { type: 9, shape: [] } },
  outputs: { y: { shape: ['n', 2] }, g: {} },
  initializers: {
    'conv.weight': { dims: [3, 1, 3, 3], values: Array.from({ length: 27 }, (_, i) => i) },
    'conv.bias': { dims: [3], values: [1, 2, 3] },
    'fc.weight': { dims: [2, 3], values: [1, 2, 3, 4, 5, 6] },
    'fc.bias': { dims: [2], values: [1, 2] },
  },
});

describe('a damaged model', () => {
  const folder = temporaryFolder();

  /** Everything that is done with a model before it runs. */
  async function readAll(content: Uint8Array): Promise<void> {
    const model = await readModel(folder.write('model.onnx', content));
    structureOf(model);
    for (const { name } of defaultLayers(model)) {
      await outgoingWeights(model, name, 0);
    }
    await poolingHead(model);
    for (const weight of model.graph.initializers.values()) {
      await readTensor(model, weight);
    }
  }

  async function staysCalm(content: Uint8Array): Promise<void> {
    const started = performance.now();
    try {
      await readAll(content);
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
    }
    const milliseconds = performance.now() - started;
    if (milliseconds > 5000) {
      throw new Error(`took ${milliseconds} ms`);
    }
  }

  it('is whole to begin with', () => readAll(seed));

  it('is refused in one sentence wherever it is cut', async () => {
    for (let length = 0; length < seed.length; length++) {
      await staysCalm(seed.subarray(0, length));
    }
  }).timeout(60_000);

  it('with one byte set to an extreme', async () => {
    for (let at = 0; at < seed.length; at++) {
      for (const value of [0, 0x7f, 0x80, 0xff]) {
        const content = Buffer.from(seed);
        content[at] = value;
        await staysCalm(content);
      }
    }
  }).timeout(120_000);

  it('with bytes changed, removed and repeated', async () => {
    const change = fc.record({
      at: fc.nat(seed.length - 1),
      kind: fc.constantFrom('set', 'remove', 'repeat', 'insert'),
      length: fc.integer({ min: 1, max: 40 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        let content = Buffer.from(seed);
        for (const { at, kind, length, bytes } of changes) {
          const before = content.subarray(0, at);
          const touched = content.subarray(at, at + length);
          const rest = content.subarray(at + length);
          const middle = { set: [bytes], remove: [], repeat: [touched, touched], insert: [bytes, touched] }[kind]!;
          content = Buffer.concat([before, ...middle, rest]);
        }
        await staysCalm(content);
      }),
      { numRuns: 1500, seed: 20 },
    );
  }).timeout(120_000);
});
