import assert from 'node:assert/strict';
import { statedMapLayer } from '../../../src/engine/map/defaultLayer.js';
import { classOutput } from '../../../src/engine/map/classOutput.js';
import { type ScoreReader, scoreReader } from '../../../src/engine/map/scoreReader.js';
import { type OnnxModel, readModel } from '../../../src/engine/onnx/index.js';
import { modelBytes, type NodeSpec, temporaryFolder } from '../../support/onnxFile.js';

const [height, width] = [4, 5];

describe('detectors that score each place of a grid', () => {
  const folder = temporaryFolder();
  /** A convolution that all share, one for each part, and what follows them. */
  async function model(name: string, parts: Record<string, number>, nodes: NodeSpec[]): Promise<OnnxModel> {
    const weights = (outputs: number, inputs: number) => ({
      dims: [outputs, inputs, 1, 1],
      values: Array.from({ length: outputs * inputs }, (_, i) => i / 10),
    });
    const file = folder.write(
      `${name}.onnx`,
      modelBytes({
        inputs: { x: { shape: [1, 3, height, width] } },
        outputs: { y: {} },
        nodes: [
          { op: 'Conv', in: ['x', 'shared_w'], out: ['shared'] },
          ...Object.keys(parts).map((part) => ({ op: 'Conv', in: ['shared', `${part}_w`], out: [part] })),
          ...nodes,
        ],
        initializers: {
          shared_w: weights(6, 3),
          ...Object.fromEntries(Object.entries(parts).map(([part, size]) => [`${part}_w`, weights(size, 6)])),
        },
      }),
    );
    return readModel(file);
  }
  function read(of: OnnxModel, dims: number[]): ScoreReader {
    const data = new Float32Array(dims.reduce((product, length) => product * length, 1));
    return scoreReader(of, 'y', classOutput(of, 'y'), { type: 'float32', dims, data }, 1, [height, width]);
  }
  const scores = (reader: ScoreReader, values: Float32Array) =>
    [...reader.perClass(values)].map((score) => score.toFixed(2));

  it('from an objectness, a box and classes, in that order (FastestDet)', async () => {
    const of = await model('object-first', { object: 1, box: 4, classes: 3 }, [
      { op: 'Sigmoid', in: ['object'], out: ['is'] },
      { op: 'Transpose', in: ['classes'], out: ['last'], attributes: { perm: [0, 3, 2, 1] } },
      { op: 'Softmax', in: ['last'], out: ['shares'], attributes: { axis: 3 } },
      { op: 'Transpose', in: ['shares'], out: ['first'], attributes: { perm: [0, 3, 2, 1] } },
      { op: 'Concat', in: ['is', 'box', 'first'], out: ['y'], attributes: { axis: 1 } },
    ]);
    const reader = read(of, [1, 8, height, width]);
    assert.deepEqual([reader.kind, reader.classes, reader.boxes], ['boxes', 3, height * width]);
    const values = new Float32Array(8 * height * width);
    // Place 7: objectness 0.5, of class 1 0.8. Its box would be the highest of all.
    const at = (channel: number) => channel * height * width + 7;
    values.set([0.5], at(0));
    [1, 2, 3, 4].forEach((channel) => values.set([100], at(channel)));
    values.set([0.8], at(6));
    assert.deepEqual(scores(reader, values), ['0.00', '0.40', '0.00']);
    assert.equal(reader.target(values, { class: 1, region: 'predicted', box: null, mirrored: false }).box, 7);
  });

  it('from a box and classes alone, with the channels last', async () => {
    const last = { perm: [0, 2, 3, 1] };
    const of = await model('channels-last', { box: 4, classes: 2 }, [
      { op: 'Transpose', in: ['box'], out: ['box_last'], attributes: last },
      { op: 'Transpose', in: ['classes'], out: ['classes_last'], attributes: last },
      { op: 'Sigmoid', in: ['classes_last'], out: ['likely'] },
      { op: 'Concat', in: ['box_last', 'likely'], out: ['y'], attributes: { axis: -1 } },
    ]);
    const reader = read(of, [1, height, width, 6]);
    assert.deepEqual([reader.kind, reader.classes, reader.boxes], ['boxes', 2, height * width]);
    const values = new Float32Array(6 * height * width);
    values.set([100, 100, 100, 100, 0.3, 0.6], 7 * 6);
    assert.deepEqual(scores(reader, values), ['0.30', '0.60']);
  });

  it('but not from classes that are put together, nor from one convolution', async () => {
    const together = await model('segmentation', { some: 4, others: 3 }, [
      { op: 'Concat', in: ['some', 'others'], out: ['y'], attributes: { axis: 1 } },
    ]);
    assert.deepEqual([read(together, [1, 7, height, width]).kind], ['places']);
    const one = await model('one', { all: 8 }, [{ op: 'Sigmoid', in: ['all'], out: ['y'] }]);
    assert.deepEqual([read(one, [1, 8, height, width]).kind], ['places']);
  });

  it('have a default layer that all parts of the score come from', async () => {
    const of = await model('default', { object: 1, box: 4, classes: 3 }, [
      { op: 'Relu', in: ['classes'], out: ['more'] },
      { op: 'Concat', in: ['object', 'box', 'more'], out: ['y'], attributes: { axis: 1 } },
    ]);
    assert.equal((await statedMapLayer(of))!.name, 'shared');
  });
});
