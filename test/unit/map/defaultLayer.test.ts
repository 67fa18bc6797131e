import assert from 'node:assert/strict';
import { classNames } from '../../../src/engine/classNames.js';
import { bottlenecks, readModel } from '../../../src/engine/onnx/index.js';
import { classOutput } from '../../../src/engine/map/classOutput.js';
import { statedMapLayer } from '../../../src/engine/map/defaultLayer.js';
import { int64, modelBytes, type ModelSpec, temporaryFolder } from '../../support/onnxFile.js';

const kernel = (channels: number) => ({ dims: [channels, 3, 1, 1], values: Array<number>(3 * channels).fill(0.1) });
const matrix = (rows: number, columns: number) => ({
  dims: [rows, columns],
  values: Array<number>(rows * columns).fill(0.1),
});
const pooling: ModelSpec['nodes'] = [
  { op: 'GlobalAveragePool', in: ['features'], out: ['mean'] },
  { op: 'Flatten', in: ['mean'], out: ['flat'] },
];

describe('the output that scores classes', () => {
  const folder = temporaryFolder();

  /** Four numbers and one a row. */
  const outputsOf = (names: [string, string], more: ModelSpec['nodes']) =>
    folder.write(
      'outputs.onnx',
      modelBytes({
        inputs: { x: { shape: ['n', 5] } },
        outputs: { [names[0]]: { shape: ['n', 4] }, [names[1]]: { shape: ['n'] } },
        initializers: { corners: matrix(5, 4) },
        nodes: [
          { op: 'MatMul', in: ['x', 'corners'], out: [names[0]] },
          { op: 'ReduceMax', in: ['x'], out: [names[1]], attributes: { axes: [1], keepdims: 0 } },
          ...more,
        ],
      }),
    );

  it('is a detector’s scores, not its boxes', async () => {
    const suppression = { op: 'NonMaxSuppression', in: ['boxes', 'scores'], out: ['kept'] };
    const { output, notes } = classOutput(await readModel(outputsOf(['boxes', 'scores'], [suppression])), null);
    assert.equal(output, 'scores');
    assert.deepEqual(notes, ['Scores are those of output "scores"; "boxes" holds boxes.']);
  });

  it('but a policy’s four actions, not their value', async () => {
    assert.equal(classOutput(await readModel(outputsOf(['actions', 'value'], [])), null).output, 'actions');
  });

  it('is what scikit-learn’s converter makes maps of, with their keys for names', async () => {
    const ofMaps = folder.write(
      'maps.onnx',
      modelBytes({
        domains: { 'ai.onnx.ml': 3 },
        inputs: { x: { shape: ['n', 5] } },
        // The type stands for a sequence of maps: neither is of numbers.
        outputs: { label: { type: 7, shape: ['n'] }, maps: { type: 8 } },
        initializers: { weights: matrix(5, 3) },
        nodes: [
          { op: 'MatMul', in: ['x', 'weights'], out: ['sums'] },
          { op: 'Softmax', in: ['sums'], out: ['shares'] },
          { op: 'ArgMax', in: ['shares'], out: ['label'], attributes: { axis: 1, keepdims: 0 } },
          {
            op: 'ZipMap',
            domain: 'ai.onnx.ml',
            in: ['shares'],
            out: ['maps'],
            attributes: { classlabels_strings: ['setosa', 'versicolor', 'virginica'] },
          },
        ],
      }),
    );
    const model = await readModel(ofMaps);
    for (const name of [null, 'maps']) {
      const { output, logits, link } = classOutput(model, name);
      assert.deepEqual({ output, logits, link }, { output: 'shares', logits: 'sums', link: 'softmax' });
    }
    assert.deepEqual(await classNames(model, 3), ['setosa', 'versicolor', 'virginica']);
    assert.equal(await classNames(model, 2), null);
  });
});

describe('the layer that maps are drawn of where none is named', () => {
  const folder = temporaryFolder();

  async function written(spec: Partial<ModelSpec> & Pick<ModelSpec, 'nodes'>) {
    const shape = ['batch', 3, 6, 6];
    const file = folder.write(
      'model.onnx',
      modelBytes({ inputs: { x: { shape } }, outputs: { scores: { shape: ['batch', 2] } }, ...spec }),
    );
    return readModel(file);
  }

  /** Two branches that are put together and pooled. */
  const inception = (head: ModelSpec['nodes']) =>
    written({
      initializers: { left: kernel(4), right: kernel(2), head: matrix(6, 2) },
      nodes: [
        { op: 'Conv', in: ['x', 'left'], out: ['a'] },
        { op: 'Conv', in: ['x', 'right'], out: ['b'] },
        { op: 'Concat', in: ['a', 'b'], out: ['features'], attributes: { axis: 1 } },
        ...pooling,
        ...head,
      ],
    });

  it('is the concatenation of an inception module, not one of its branches', async () => {
    const layer = await statedMapLayer(await inception([{ op: 'MatMul', in: ['flat', 'head'], out: ['scores'] }]));
    assert.equal(layer?.name, 'features');
    assert.deepEqual([layer?.units, layer?.unitAxis], [6, 1]);
  });

  it('also where a norm stands between the pool and the scores', async () => {
    const model = await inception([
      { op: 'Tanh', in: ['flat'], out: ['normal'] },
      { op: 'MatMul', in: ['normal', 'head'], out: ['scores'] },
    ]);
    assert.equal((await statedMapLayer(model))?.name, 'features');
  });

  it('is the sum at the end of a block, not what attention inside it takes apart', async () => {
    const model = await written({
      initializers: {
        stem: kernel(3),
        qkv: kernel(3),
        row: int64(0, 3, -1),
        head: matrix(3, 2),
        size: int64(0, 3, 6, 6),
      },
      nodes: [
        { op: 'Conv', in: ['x', 'stem'], out: ['before'] },
        { op: 'Conv', in: ['before', 'qkv'], out: ['q'] },
        { op: 'Reshape', in: ['q', 'row'], out: ['rows'] },
        { op: 'Softmax', in: ['rows'], out: ['pattern'] },
        { op: 'Reshape', in: ['pattern', 'size'], out: ['mixed'] },
        { op: 'Add', in: ['before', 'mixed'], out: ['features'] },
        ...pooling,
        // A norm behind the pool: no head as class activation mapping needs it.
        { op: 'Tanh', in: ['flat'], out: ['normal'] },
        { op: 'MatMul', in: ['normal', 'head'], out: ['scores'] },
      ],
    });
    assert.equal((await statedMapLayer(model))?.name, 'features');
    const all = bottlenecks(model, 'scores');
    assert.ok(all.has('before') && all.has('features'));
    assert.ok(!all.has('q') && !all.has('mixed'), 'beside the residual');
  });
});
