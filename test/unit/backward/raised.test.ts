import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { forwardBytes } from '../../../src/engine/backward/forwardBytes.js';
import { inlined } from '../../../src/engine/backward/inline.js';
import { raised } from '../../../src/engine/backward/raise/index.js';
import { newest, versions } from '../../../src/engine/backward/raise/versions.js';
import { type Node, type OnnxModel, readModel } from '../../../src/engine/onnx/index.js';
import { inferFactsOf } from '../../../src/engine/onnx/shape/index.js';
import { withModel } from '../../support/gradientCheck.js';
import * as onnxFile from '../../support/onnxFile.js';
import { type RaisedCase, raisedCases } from '../../support/raisedCases.js';
import { bothOutputs, different, someFeeds } from '../../support/raisedOutputs.js';
import { projectRoot } from '../../support/sharedData.js';

/** A node whose first input is fed, and whose other inputs are initializers. */
const specOf = ({ op, opset, dims, attributes, constants = [], outputs = 1 }: Omit<RaisedCase, 'to'>) => ({
  opset,
  nodes: [
    {
      op,
      in: ['x', ...constants.map((_, i) => `c${i}`)],
      out: Array.from({ length: outputs }, (_, i) => (i === 0 ? 'y' : `y${i}`)),
      attributes,
    },
  ],
  inputs: { x: { shape: dims } },
  outputs: { y: {} },
  initializers: Object.fromEntries(constants.map((constant, i) => [`c${i}`, constant])),
});

function raisedOf(model: OnnxModel, opset: number, nodes?: ReadonlySet<Node>): ReturnType<typeof raised> {
  const sizes = new Map(Object.entries(someFeeds(model)).map(([name, { dims }]) => [name, dims]));
  const facts = inferFactsOf(model, sizes);
  return raised({ model, nodes, opset, facts, wanted: new Set(), named: (name) => `~${name}` });
}

/** Operators of the graph that stands for a model in a newer set; null where there is none. */
const operatorsOf = (spec: onnxFile.ModelSpec, to: number): Promise<string[] | null> =>
  withModel(spec, async (file) => {
    const model = await readModel(file);
    const made = raisedOf(model, to);
    return made && model.graph.nodes.flatMap((node) => (made.nodes.get(node)?.nodes ?? [node]).map(({ op }) => op));
  });

const floats = (...values: number[]): onnxFile.TensorSpec => ({ dims: [values.length], values });

/** What is not certain, and why. */
const uncertain: Record<string, [spec: onnxFile.ModelSpec, to: number]> = {
  'an operator that is not in ONNX': [specOf({ op: 'ScaledTanh', opset: 7, dims: [3] }), 10],
  'a picture made smaller by its nearest elements: which, was not said': [
    specOf({ op: 'Upsample', opset: 9, dims: [1, 1, 4, 4], constants: [floats(1, 1, 2, 0.5)] }),
    11,
  ],
  'a way to choose places that is gone': [
    specOf({
      op: 'Resize',
      opset: 11,
      dims: [1, 1, 4, 4],
      attributes: { coordinate_transformation_mode: 'tf_half_pixel_for_nn' },
      constants: [floats(), floats(1, 1, 2, 2)],
    }),
    13,
  ],
  'statistics of every element': [
    specOf({
      op: 'BatchNormalization',
      opset: 7,
      dims: [1, 2],
      attributes: { spatial: 0 },
      constants: [floats(1, 1), floats(0, 0), floats(0, 0), floats(1, 1)],
    }),
    9,
  ],
  'statistics of training': [
    specOf({
      op: 'BatchNormalization',
      opset: 9,
      dims: [1, 2, 2],
      constants: [floats(1, 1), floats(0, 0), floats(0, 0), floats(1, 1)],
      outputs: 5,
    }),
    14,
  ],
  'a mask of fractions that is used': [
    {
      opset: 7,
      nodes: [
        { op: 'Dropout', in: ['x'], out: ['d', 'mask'] },
        { op: 'Mul', in: ['d', 'mask'], out: ['y'] },
      ],
      inputs: { x: { shape: [3] } },
      outputs: { y: {} },
    },
    10,
  ],
  'windows whose number is rounded up': [
    specOf({ op: 'MaxPool', opset: 12, dims: [1, 1, 4, 4], attributes: { kernel_shape: [3, 3], ceil_mode: 1 } }),
    22,
  ],
  'means of windows, which ONNX Runtime rounds otherwise': [
    specOf({ op: 'AveragePool', opset: 11, dims: [1, 1, 4, 4], attributes: { kernel_shape: [3, 3] } }),
    19,
  ],
  'a Softmax over several axes of which nothing is known': [
    {
      opset: 9,
      nodes: [
        { op: 'NonZero', in: ['x'], out: ['places'] },
        { op: 'Cast', in: ['places'], out: ['fractions'], attributes: { to: 1 } },
        { op: 'Softmax', in: ['fractions'], out: ['y'], attributes: { axis: 0 } },
      ],
      inputs: { x: { shape: [3] } },
      outputs: { y: {} },
    },
    13,
  ],
  'a node in a branch that would have to be written otherwise': [
    withBranches({ op: 'Squeeze', in: ['x'], out: ['b'], attributes: { axes: [0] } }),
    13,
  ],
  'an operator set older than all that ONNX Runtime vouches for': [specOf({ op: 'Relu', opset: 6, dims: [3] }), 7],
  'an operator set newer than those that are known here': [specOf({ op: 'Relu', opset: 20, dims: [3] }), newest + 1],
};

function withBranches(node: onnxFile.NodeSpec): onnxFile.ModelSpec {
  const branch = onnxFile.graph({ nodes: [node], outputs: { b: {} } });
  return {
    opset: 11,
    nodes: [
      { op: 'If', in: ['which'], out: ['y'], attributes: { then_branch: branch, else_branch: branch } },
      { op: 'Unsqueeze', in: ['y'], out: ['z'], attributes: { axes: [0] } },
    ],
    inputs: { x: { shape: [1, 3] }, which: { type: 9, shape: [] } },
    outputs: { z: {} },
  };
}

describe('a graph in a newer operator set', () => {
  const folder = onnxFile.temporaryFolder();

  for (const given of raisedCases) {
    const { op, opset, to, dims, attributes = {}, what = Object.keys(attributes).join(', ') } = given;
    it(`${op} ${opset} → ${to}, ${dims.join('×')}${what ? `, ${what}` : ''}: the same bits`, () =>
      withModel(specOf(given), async (file) => {
        const model = await readModel(file);
        const feeds = someFeeds(model);
        if (op === 'Clip') (feeds.x.data as Float32Array).set([Infinity, -Infinity, NaN, -0, 0.75, -0.25]);
        const both = await bothOutputs(model, to, feeds);
        assert.ok(both && 'y' in both.own);
        assert.deepEqual(different(both.own, both.raised), []);
      }));
  }

  for (const [what, [spec, to]] of Object.entries(uncertain)) {
    it(`is not made from ${what}`, async () => {
      assert.equal(await operatorsOf(spec, to), null);
    });
  }

  it('has a Softmax over one axis for one over several only where those behind the first have one element', async () => {
    const softmax = (dims: number[]) => operatorsOf(specOf({ op: 'Softmax', opset: 7, dims }), 13);
    assert.deepEqual(await softmax([2, 8, 1, 1]), ['Softmax']);
    assert.deepEqual(await softmax([2, 8, 1, 3]), ['Shape', 'Flatten', 'Softmax', 'Reshape']);
  });

  it('leaves branches whose nodes mean the same as they are', async () => {
    const spec = withBranches({ op: 'Relu', in: ['x'], out: ['b'] });
    assert.deepEqual(await operatorsOf(spec, 16), ['If', 'Unsqueeze']);
  });

  it('is stated in the bytes, which differ in nothing else but the nodes that changed', () => {
    const weight = { dims: [64, 64], values: Array.from({ length: 64 * 64 }, (_, i) => i) };
    const spec = {
      opset: 9,
      domains: { 'com.example': 3 },
      nodes: [
        { op: 'MatMul', in: ['x', 'weight'], out: ['m'], name: 'product', doc: 'stays' },
        { op: 'Clip', in: ['m'], out: ['y'], name: 'clip', attributes: { min: 0.5 } },
      ],
      inputs: { x: { shape: [1, 64] } },
      outputs: { y: {} },
      initializers: { weight },
    };
    return withModel(spec, async (file) => {
      const model = await readModel(file);
      const { bytes } = await forwardBytes(model, inlined(model, null), raisedOf(model, 12));
      const { opsets, graph } = await readModel(folder.write('raised.onnx', bytes));
      assert.deepEqual(
        [...opsets],
        [
          ['', 12],
          ['com.example', 3],
        ],
      );
      assert.deepEqual(graph.nodes[0], model.graph.nodes[0]);
      assert.deepEqual(graph.nodes[1].inputs, ['m', '~raised0']);
      assert.deepEqual(graph.initializers.get('~raised0')?.values, [0.5]);
      assert.deepEqual(graph.initializers.get('weight')?.dims, [64, 64]);
    });
  });

  it('ends at what is wanted: what is behind that need not be certain', () => {
    const spec: onnxFile.ModelSpec = {
      opset: 10,
      nodes: [
        { op: 'Clip', in: ['x'], out: ['c'], attributes: { min: 0.5 } },
        { op: 'Cast', in: ['c'], out: ['whole'], attributes: { to: 7 } },
        { op: 'OneHot', in: ['whole', 'depth', 'offOn'], out: ['y'] },
      ],
      inputs: { x: { shape: [3] } },
      outputs: { y: {} },
      initializers: { depth: onnxFile.int64(4), offOn: floats(0, 1) },
    };
    return withModel(spec, async (file) => {
      const model = await readModel(file);
      assert.equal(raisedOf(model, 12), null);
      const made = raisedOf(model, 12, new Set(model.graph.nodes.slice(0, 1)));
      const { bytes } = await forwardBytes(model, inlined(model, null), made, ['c']);
      const { opsets, graph } = await readModel(folder.write('part.onnx', bytes));
      assert.equal(opsets.get(''), 12);
      assert.deepEqual(
        graph.nodes.map(({ op }) => op),
        ['Clip'],
      );
    });
  });

  it('is made of functions where they are of the same operator set as the model', async () => {
    const { bytes, message, number } = onnxFile;
    const definition = (opset: number): Buffer =>
      Buffer.concat([
        bytes(1, 'Halved'),
        bytes(4, 'a'),
        bytes(5, 'b'),
        message(7, bytes(1, 'a'), bytes(2, 'b'), bytes(4, 'Identity')),
        message(9, bytes(1, ''), number(2, opset)),
        bytes(10, 'own'),
      ]);
    const spec = (opset: number): onnxFile.ModelSpec => ({
      opset: 17,
      domains: { own: 1 },
      functions: [definition(opset)],
      nodes: [{ op: 'Halved', domain: 'own', in: ['x'], out: ['y'] }],
      inputs: { x: { shape: [3] } },
      outputs: { y: {} },
    });
    assert.deepEqual(await operatorsOf(spec(17), 18), ['Halved']);
    assert.equal(await operatorsOf(spec(16), 18), null);
  });

  it('knows all versions of the operators that it knows', () => {
    const file = path.join(projectRoot, 'test/fixtures/backward/operatorVersions.json');
    const published = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>;
    const own = new Set(['Affine', 'Crop', 'ImageScaler']);
    for (const [op, known] of versions) {
      if (own.has(op)) continue;
      assert.deepEqual(
        known,
        published[op].filter((version) => version > 7 && version <= newest),
        op,
      );
    }
    assert.ok(versions.size > 170);
  });

  it('is that of the bundled SqueezeNet too', async () => {
    const model = await readModel(path.join(projectRoot, 'media/sample/squeezenet/squeezenet.onnx'));
    assert.equal(model.opsets.get(''), 7);
    const both = await bothOutputs(model, 16, someFeeds(model));
    assert.equal(Object.keys(both!.own).length, 66);
    assert.deepEqual(different(both!.own, both!.raised), []);
  });
});
