import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { computeMaps } from '../../../src/engine/map/computeMaps.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { int64, modelBytes, type NodeSpec, temporaryFolder } from '../../support/onnxFile.js';
import { inputsOf, job } from './smallModel.js';

/**
 * A detector of one class with two parts: fine, 8 × 8 places, and coarse, 4 × 4. Each has two convolutions of 3 × 3
 * taps and one of a single tap that gives the score; boxes 0 to 63 are of the fine part, 64 to 79 of the coarse one. Beside the
 * scores there are as many boxes.
 */
function writeDetector(file: string): string {
  const part = (name: string, from: string): NodeSpec[] => [
    {
      op: 'Conv',
      name: `${name}.first`,
      in: [from, 'blur'],
      out: [`${name}.first`],
      attributes: { pads: [1, 1, 1, 1] },
    },
    {
      op: 'Conv',
      name: `${name}.second`,
      in: [`${name}.first`, 'blur'],
      out: [`${name}.second`],
      attributes: { pads: [1, 1, 1, 1] },
    },
    { op: 'Conv', name: `${name}.score`, in: [`${name}.second`, 'one'], out: [`${name}.score`] },
    { op: 'Reshape', in: [`${name}.score`, `${name}.rows`], out: [`${name}.flat`] },
    { op: 'Concat', in: Array<string>(4).fill(`${name}.flat`), out: [`${name}.boxes`], attributes: { axis: 2 } },
  ];
  writeFileSync(
    file,
    modelBytes({
      inputs: { x: { shape: ['batch', 1, 8, 8] } },
      outputs: { scores: { shape: ['batch', 80, 1] }, boxes: { shape: ['batch', 80, 4] } },
      initializers: {
        blur: { dims: [1, 1, 3, 3], values: [1, 2, 1, 2, 4, 2, 1, 2, 1] },
        one: { dims: [1, 1, 1, 1], values: [2] },
        'fine.rows': int64(-1, 64, 1),
        'coarse.rows': int64(-1, 16, 1),
      },
      nodes: [
        {
          op: 'MaxPool',
          name: 'pool',
          in: ['x'],
          out: ['half'],
          attributes: { kernel_shape: [2, 2], strides: [2, 2] },
        },
        ...part('fine', 'x'),
        ...part('coarse', 'half'),
        { op: 'Concat', in: ['fine.flat', 'coarse.flat'], out: ['scores'], attributes: { axis: 1 } },
        { op: 'Concat', in: ['fine.boxes', 'coarse.boxes'], out: ['boxes'], attributes: { axis: 1 } },
      ],
    }),
  );
  return file;
}

describe('the layer of a box', () => {
  const folder = temporaryFolder();
  const size = [8, 8];
  const inputs = () =>
    inputsOf(
      Array.from({ length: 64 }, (_, i) => 1 + Math.sin(i)),
      size,
    );
  const draw = async (box: number, layers: string[] = []) => {
    const model = await readModel(writeDetector(path.join(folder.path(), 'detector.onnx')));
    return computeMaps(model, inputs(), size, job('gradcam', { class: 0, box, layers }));
  };

  it('is the last one that has a say in it, in more than one place', async () => {
    // One place of the second convolution gives the score of a box, and 3 × 3 of the first.
    const coarse = await draw(70);
    assert.deepEqual([coarse.scores, coarse.layers], ['boxes', ['coarse.first']]);
    const fine = await draw(12);
    assert.deepEqual(fine.layers, ['fine.first']);
    for (const { maps, notes } of [coarse, fine]) {
      assert.ok(maps[0].some((value) => value > 0));
      assert.doesNotMatch(notes.join('\n'), /influence|empty/);
    }
  });

  it('has no influence where it is of another part, and that is said', async () => {
    const { maps, notes } = await draw(12, ['coarse.first']);
    assert.ok(maps[0].every((value) => value === 0));
    assert.match(notes.join('\n'), /The layer "coarse.first" has no influence on the score of box 12/);
  });
});
