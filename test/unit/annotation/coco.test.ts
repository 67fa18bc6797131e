import assert from 'node:assert/strict';
import { encode } from 'fast-png';
import { annotatedPictures, drawn, lines } from './pictures.js';

const images = ['a', 'b', 'elsewhere'].map((name, id) => ({ id, file_name: `${name}.png`, width: 8, height: 8 }));
const categories = [
  { id: 7, name: 'dog' },
  { id: 9, name: 'cat' },
];
const square = [[2, 0, 2, 2, 4, 2, 4, 0]];

describe('COCO instances', () => {
  const { write, paint, open, base } = annotatedPictures();
  const masks = async (annotations: unknown[], more: object = {}) => {
    write('instances.json', JSON.stringify({ info: {}, images, categories, annotations, ...more }));
    return (await open({ masks: 'instances.json' })).concepts(2);
  };

  it('are read as polygons, run lengths and, without either, boxes; crowds too', async () => {
    paint('a.png', 'b.png');
    const set = await masks([
      { image_id: 0, category_id: 7, segmentation: square },
      // Columns of 8: the first two pixels of column 4.
      { image_id: 0, category_id: 7, iscrowd: 1, segmentation: { size: [8, 8], counts: [32, 2, 30] } },
      { image_id: 1, category_id: 9, bbox: [0, 0, 3, 1] },
      { image_id: 1, category_id: 7, segmentation: [], bbox: [7, 0, 1, 1] },
      { image_id: 2, category_id: 7, segmentation: square },
    ]);
    assert.deepEqual(drawn(set), {
      dog: [lines('..###...', '..###...'), lines('.......#')],
      cat: [lines(), lines('###.....')],
    });
    assert.deepEqual(set.read, ['instances.json: 2 pictures, 2 concepts, 4 masks.']);
    assert.deepEqual(set.notes, []);
    // As wholes: dogs are in both pictures, cats in the second.
    assert.deepEqual(
      set.concepts.map(({ ofSamples }) => ofSamples![0]),
      [3, 2],
    );
  });

  it('that can not be used are counted, with the reason and the first of them', async () => {
    paint('a.png', 'b.png', 'c.png');
    write(
      'instances.json',
      JSON.stringify({
        images: [...images, { id: 5, file_name: 'c.png', width: 16, height: 8 }],
        categories,
        annotations: [
          { image_id: 0, category_id: 7, segmentation: square },
          { image_id: 0, category_id: 1, segmentation: square },
          { image_id: 77, category_id: 7, segmentation: square },
          { image_id: 0, category_id: 7, segmentation: { size: [8, 8], counts: [3, 3] } },
          { image_id: 0, category_id: 7, segmentation: { size: [8, 8], counts: [3, 4] } },
          { image_id: 5, category_id: 7, segmentation: square },
          { image_id: 0, category_id: 7, segmentation: 'x' },
          null,
        ],
      }),
    );
    const { notes } = await (await open({ masks: 'instances.json' })).concepts(3);
    assert.match(
      notes.join('\n'),
      /2 annotations \(the first: annotation 3\) were left out: its run lengths do not add up to 8 × 8/,
    );
    assert.match(notes.join('\n'), /annotation 1 was left out: its "category_id" is that of no category/);
    assert.match(notes.join('\n'), /1 other annotation could not be used either/);
  });

  it('are found in a copy of another size, by proportion', async () => {
    paint('a.png');
    write(
      'instances.json',
      JSON.stringify({
        images: [{ id: 1, file_name: 'train/a.jpg', width: 16, height: 16 }],
        categories,
        annotations: [{ image_id: 1, category_id: 7, segmentation: [[4, 0, 4, 4, 8, 4, 8, 0]] }],
      }),
    );
    const set = await (await open({ masks: 'instances.json' })).concepts(1);
    assert.deepEqual(drawn(set), { dog: [lines('..##....', '..##....')] });
  });

  it('may stand before the pictures in the file', async () => {
    paint('a.png', 'b.png');
    write(
      'instances.json',
      JSON.stringify({ annotations: [{ image_id: 0, category_id: 7, segmentation: square }], categories, images }),
    );
    const set = await (await open({ masks: 'instances.json' })).concepts(2);
    assert.deepEqual(drawn(set), { dog: [lines('..##....', '..##....'), lines()] });
  });

  it('that are torn, or something else, are refused in one sentence', async () => {
    paint('a.png');
    const refused = async (text: string, message: RegExp) => {
      write('instances.json', text);
      await assert.rejects(open({ masks: 'instances.json' }), { name: 'UserError', message });
    };
    const whole = JSON.stringify({ images, categories, annotations: [] });
    await refused(whole.slice(0, -10), /instances\.json: the file ends in the middle/);
    await refused('', /instances\.json: the file is empty/);
    await refused('[1, 2]', /does not begin with \{/);
    await refused('{"images": [{]}', /not JSON in "images", entry 0|ends in the middle/);
    await refused(JSON.stringify({ images, categories: [] }), /names no categories/);
    await refused('{"categories": [], "images": []}', /names no pictures/);
    await refused('{"images": {"a": 1}, "categories": []}', /"images" is no list/);
    await refused('{"images": [{"file_name": "a.png"}]}', /picture a\.png has no width and height/);
    await assert.rejects(open({ masks: 'gone.json' }), /gone\.json: no such file/);
    assert.ok(base());
  });

  it('of which none is in these pictures are refused', async () => {
    paint('z.png');
    await assert.rejects(masks([{ image_id: 0, category_id: 7, segmentation: square }]), {
      message: /no concept divides the pictures/,
      hint: /nothing in instances\.json belongs to these pictures/,
    });
  });
});

describe('COCO panoptic', () => {
  const { write, paint, open } = annotatedPictures();

  it('segments are colours of a PNG, R + 256 G + 65536 B', async () => {
    paint('a.png', 'b.png');
    const data = new Uint8Array(192);
    // 1 + 256 · 2 + 65536 · 3 = 197121 in the first row, 5 in the second.
    for (let x = 0; x < 8; x++) data.set([1, 2, 3], x * 3);
    for (let x = 0; x < 8; x++) data.set([5, 0, 0], (8 + x) * 3);
    write('panoptic/a.png', encode({ width: 8, height: 8, channels: 3, data }));
    const segments = (file: string) => ({
      file_name: file,
      segments_info: [
        { id: 197121, category_id: 1 },
        { id: 5, category_id: 2 },
      ],
    });
    write(
      'panoptic.json',
      JSON.stringify({
        images,
        annotations: [
          { image_id: 0, ...segments('a.png') },
          { image_id: 1, ...segments('b.png') },
        ],
        categories: [
          { id: 1, name: 'dog', isthing: 1 },
          { id: 2, name: 'sky', isthing: 0 },
        ],
      }),
    );
    const set = await (await open({ masks: 'panoptic.json' })).concepts(2);
    assert.deepEqual(drawn(set), {
      dog: [lines('########'), lines()],
      sky: [lines('........', '########'), lines()],
    });
    assert.deepEqual(
      set.concepts.map(({ category }) => category),
      ['object', 'stuff'],
    );
    assert.match(set.notes[0], /annotation 1 was left out: its PNG is neither in panoptic\/ nor beside the JSON file/);
  });
});
