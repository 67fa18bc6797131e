import assert from 'node:assert/strict';
import { encode } from 'fast-png';
import { openProbe } from '../../../src/engine/probe/openProbe.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

describe('A file of annotations given as data', () => {
  const folder = testFolder();
  const model = modelWith({ image: ['float', ['n', 3, 8, 8]] });
  const picture = encode({ width: 8, height: 8, channels: 3, data: new Uint8Array(192) });

  it('brings the pictures that lie beside it, or in a folder beside its folder', async () => {
    folder.write('coco/val2017/a.png', picture);
    folder.write('coco/other/z.png', picture);
    const annotations = [{ image_id: 1, category_id: 2, bbox: [0, 0, 4, 8] }];
    const categories = [{ id: 2, name: 'dog' }];
    const images = [{ id: 1, file_name: 'a.png', width: 8, height: 8 }];
    const file = folder.write(
      'coco/annotations/instances_val2017.json',
      JSON.stringify({ images, annotations, categories }),
    );
    for (const kind of ['data', 'file'] as const) {
      const probe = await openProbe({ kind, path: file }, model, { bundledFolder: '' });
      assert.deepEqual([probe.kind, probe.samples, probe.path], ['images', 1, folder.path('coco/val2017')]);
      assert.deepEqual(
        (await probe.concepts(1)).concepts.map(({ name }) => name),
        ['dog'],
      );
    }
  });

  it('without its pictures is refused, with what to write', async () => {
    const file = folder.write(
      'lonely/via.json',
      '{"x": {"filename": "gone.png", "regions": [{"shape_attributes": {}}]}}',
    );
    await assert.rejects(openProbe({ kind: 'data', path: file }, model, { bundledFolder: '' }), {
      name: 'UserError',
      message: /via\.json: its pictures, such as gone\.png, are neither beside it nor in a folder beside it/,
      hint: /write a probe file/,
    });
  });
});
