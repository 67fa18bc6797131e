import assert from 'node:assert/strict';
import { annotatedPictures, drawn, lines } from './pictures.js';

describe("the VGG Image Annotator's regions", () => {
  const { write, paint, open } = annotatedPictures();
  const read = async (content: unknown) => {
    paint('a.png', 'b.png');
    write('via.json', JSON.stringify(content));
    return (await open({ masks: 'via.json' })).concepts(2);
  };
  const picture = (filename: string, regions: unknown) => ({ filename, size: 1, regions, file_attributes: {} });
  const region = (shape: object, attributes: object) => ({ shape_attributes: shape, region_attributes: attributes });
  const rect = { name: 'rect', x: 0, y: 0, width: 2, height: 1 };

  it('are polygons, rectangles, circles and ellipses; their attribute names the concept', async () => {
    const set = await read({
      'a.png1': picture('a.png', {
        0: region({ name: 'polygon', all_points_x: [4, 8, 8, 4], all_points_y: [0, 0, 2, 2] }, { species: 'dog' }),
        1: region(rect, { species: 'cat' }),
        2: region({ name: 'point', cx: 1, cy: 1 }, { species: 'cat' }),
      }),
      'b.png1': picture('b.png', [
        // Pixels whose centre is within 1.5 of (4, 2): of rows 0.5 to 3.5.
        region({ name: 'circle', cx: 4, cy: 2, r: 1.6 }, { species: 'ball' }),
        region({ name: 'ellipse', cx: 2, cy: 6, rx: 2, ry: 0.6 }, { species: 'egg' }),
      ]),
    });
    assert.deepEqual(drawn(set), {
      dog: [lines('....####', '....####'), lines()],
      cat: [lines('##......'), lines()],
      ball: [lines(), lines('...##...', '..####..', '..####..', '...##...')],
      egg: [lines(), lines('', '', '', '', '', '.##.....', '.##.....').map((line) => line || '........')],
    });
    assert.match(set.notes.join(), /region 2 of a\.png was left out: it is a point, which covers no area/);
    assert.deepEqual(set.read, ['via.json: 2 pictures, 4 concepts, 4 masks.']);
  });

  it('of a project, with check boxes and several attributes', async () => {
    const set = await read({
      _via_settings: {},
      _via_attributes: {},
      _via_img_metadata: {
        x: picture('a.png', [
          region(rect, { kind: { dog: true, wet: true, dry: false }, size: 'small' }),
          region({ ...rect, x: 4 }, {}),
        ]),
      },
    });
    assert.deepEqual(Object.keys(drawn(set)).sort(), ['kind = dog', 'kind = wet', 'region', 'size = small']);
  });

  it('of version 3 are refused', async () => {
    await assert.rejects(read({ _via_x: {}, project: { pid: '1' }, metadata: {} }), {
      name: 'UserError',
      message: /via\.json: "project" is no picture of the VGG Image Annotator/,
    });
  });
});
