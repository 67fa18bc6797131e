import assert from 'node:assert/strict';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { inferFacts } from '../../../src/engine/onnx/shape/index.js';
import { int64, int64Bytes, modelBytes, type ModelSpec, temporaryFolder } from '../../support/onnxFile.js';

describe('shapes of pictures that are cut into windows or padded, for any batch', () => {
  const folder = temporaryFolder();

  async function shapesOf(spec: ModelSpec, ...names: string[]) {
    const file = folder.write('windows.onnx', modelBytes(spec));
    const model = await readModel(file);
    return { shapes: names.map((name) => inferFacts(model).get(name)?.shape), layers: structureOf(model).layers };
  }

  // 8 × 8 places make 4 windows of 4 × 4.
  it('windows are counted as so many a picture, and go back to pictures', async () => {
    const { shapes, layers } = await shapesOf(
      {
        inputs: { x: { shape: ['batch', 8, 8, 3] } },
        outputs: { y: {} },
        initializers: {
          weight: { dims: [3, 5], values: Array<number>(15).fill(1) },
          ...{ apart: int64(-1, 2, 4, 2, 4, 3), windows: int64(-1, 16, 3), together: int64(-1, 2, 2, 4, 4, 5) },
          picture: int64(-1, 8, 8, 5),
        },
        nodes: [
          { op: 'Reshape', in: ['x', 'apart'], out: ['a'] },
          { op: 'Transpose', in: ['a'], out: ['b'], attributes: { perm: [0, 1, 3, 2, 4, 5] } },
          { op: 'Reshape', in: ['b', 'windows'], out: ['cut'] },
          { op: 'MatMul', in: ['cut', 'weight'], out: ['linear'] },
          { op: 'Reshape', in: ['linear', 'together'], out: ['c'] },
          { op: 'Transpose', in: ['c'], out: ['d'], attributes: { perm: [0, 1, 3, 2, 4, 5] } },
          { op: 'Reshape', in: ['d', 'picture'], out: ['y'] },
        ],
      },
      'cut',
      'y',
    );
    assert.deepEqual(shapes, [
      ['4*batch', 16, 3],
      ['batch', 8, 8, 5],
    ]);
    assert.equal(layers[0].units, 5);
  });

  it('a batch that is counted from its windows is the batch', async () => {
    const { shapes } = await shapesOf(
      {
        inputs: { x: { shape: ['4*batch', 16, 3] } },
        outputs: { y: {} },
        initializers: { first: int64(0), four: int64(4), rest: int64(8, 8, 3) },
        nodes: [
          { op: 'Shape', in: ['x'], out: ['size'] },
          { op: 'Gather', in: ['size', 'first'], out: ['count'] },
          { op: 'Div', in: ['count', 'four'], out: ['pictures'] },
          { op: 'Concat', in: ['pictures', 'rest'], out: ['to'], attributes: { axis: 0 } },
          { op: 'Reshape', in: ['x', 'to'], out: ['y'] },
        ],
      },
      'y',
    );
    assert.deepEqual(shapes, [['batch', 8, 8, 3]]);
  });

  // TensorFlow's rule for 7 places, a stride of 2 and a kernel of 3: (⌈7/2⌉ − 1) · 2 + 3 − 7 = 2 more, of which ⌊2/2⌋ before.
  it('pads that are computed in floats, as of networks that pad as TensorFlow does', async () => {
    const scalar = (value: number) => ({ dims: [], values: [value] });
    const { shapes, layers } = await shapesOf(
      {
        inputs: { x: { shape: ['batch', 3, 7, 7] } },
        outputs: { y: {} },
        initializers: {
          ...{ one: scalar(1), two: scalar(2), three: scalar(3), none: scalar(0) },
          ...{
            height: { dims: [], type: 7, raw: int64Bytes([2]) },
            first: int64(0),
            before: int64(0, 0),
            ends: int64(0, 0),
          },
        },
        nodes: [
          { op: 'Shape', in: ['x'], out: ['size'] },
          { op: 'Gather', in: ['size', 'height'], out: ['count'] },
          { op: 'Cast', in: ['count'], out: ['h'], attributes: { to: 1 } },
          { op: 'Div', in: ['h', 'two'], out: ['exact'] },
          { op: 'Ceil', in: ['exact'], out: ['strides'] },
          { op: 'Sub', in: ['strides', 'one'], out: ['steps'] },
          { op: 'Mul', in: ['steps', 'two'], out: ['reach'] },
          { op: 'Add', in: ['reach', 'three'], out: ['wanted'] },
          { op: 'Sub', in: ['wanted', 'h'], out: ['missing'] },
          { op: 'Clip', in: ['missing', 'none'], out: ['pad'] },
          { op: 'Div', in: ['pad', 'two'], out: ['half'] },
          { op: 'Unsqueeze', in: ['half', 'first'], out: ['halves'] },
          { op: 'Cast', in: ['halves'], out: ['amount'], attributes: { to: 7 } },
          {
            op: 'Concat',
            in: ['before', 'amount', 'amount', 'ends', 'amount', 'amount'],
            out: ['pads'],
            attributes: { axis: 0 },
          },
          { op: 'Pad', in: ['x', 'pads'], out: ['y'] },
        ],
      },
      'y',
    );
    assert.deepEqual(shapes, [['batch', 3, 9, 9]]);
    assert.deepEqual(layers, [], 'a single number is no layer');
  });

  // PyTorch gives what is padded by pairs from the last axis on; ONNX wants all beginnings, then all ends.
  it('pads that the graph puts in order are followed', async () => {
    const { shapes } = await shapesOf(
      {
        inputs: { x: { shape: ['batch', 7, 6, 3] } },
        outputs: { y: {} },
        initializers: {
          pairs: int64(0, 0, 0, 2, 0, 1, 0, 0),
          ...{
            two: int64(-1, 2),
            row: int64(-1),
            from: int64(-1),
            to: int64(-(2 ** 62)),
            axis: int64(0),
            step: int64(-1),
          },
        },
        nodes: [
          { op: 'Reshape', in: ['pairs', 'two'], out: ['p'] },
          { op: 'Slice', in: ['p', 'from', 'to', 'axis', 'step'], out: ['backwards'] },
          { op: 'Transpose', in: ['backwards'], out: ['turned'], attributes: { perm: [1, 0] } },
          { op: 'Reshape', in: ['turned', 'row'], out: ['pads'] },
          { op: 'Pad', in: ['x', 'pads'], out: ['y'] },
        ],
      },
      'y',
    );
    assert.deepEqual(shapes, [['batch', 8, 8, 3]]);
  });
});
