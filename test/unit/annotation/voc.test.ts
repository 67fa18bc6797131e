import assert from 'node:assert/strict';
import { encode } from 'fast-png';
import { annotatedPictures, drawn, lines } from './pictures.js';

/** A PNG of 8 × 8 indices with a palette in which every colour is the same, so that only the index tells them apart. */
const indexed = (values: number[]) =>
  encode({
    width: 8,
    height: 8,
    channels: 1,
    data: Uint8Array.from({ length: 64 }, (_, i) => values[i] ?? 0),
    palette: Array.from({ length: 256 }, () => [9, 9, 9]),
  });

describe('Pascal VOC', () => {
  const { write, paint, open } = annotatedPictures();
  const read = async (samples = 2) => (await open({ voc: 'voc' })).concepts(samples);

  it('masks are the indices of a PNG; without names they are its own classes, 0 and 255 are none', async () => {
    paint('a.png', 'b.png');
    write('voc/SegmentationClass/a.png', indexed([12, 12, 255, 0, 15, 22]));
    const set = await read();
    assert.deepEqual(drawn(set), {
      dog: [lines('##......'), lines()],
      person: [lines('....#...'), lines()],
      'label 22': [lines('.....#..'), lines()],
    });
    assert.match(
      set.notes.join('\n'),
      /No file names the labels of SegmentationClass\/: they are taken for Pascal VOC's/,
    );
    assert.match(set.notes.join('\n'), /1 of the 2 pictures is not annotated/);
  });

  it('names are the lines of a file, from the background on', async () => {
    paint('a.png');
    write('voc/a.png', indexed([1, 2]));
    write('voc/class_names.txt', '_background_\ncircle\nsquare\n');
    assert.deepEqual(drawn(await read(1)), { circle: [lines('#.......')], square: [lines('.#......')] });
  });

  it('names without a background begin with label 1, and that is said', async () => {
    paint('a.png');
    write('voc/a.png', indexed([1, 2]));
    write('voc/labels.txt', 'circle\nsquare\n');
    const set = await read(1);
    assert.deepEqual(drawn(set), { circle: [lines('#.......')], square: [lines('.#......')] });
    assert.match(set.notes.join(), /begin with "circle" and not with a background: that is label 1/);
  });

  it('colours stand for the names that CVAT gives them', async () => {
    paint('a.png');
    const data = new Uint8Array(192);
    data.set([10, 20, 30, 0, 0, 200]);
    write('voc/SegmentationClass/a.png', encode({ width: 8, height: 8, channels: 3, data }));
    write(
      'voc/labelmap.txt',
      '# label:color_rgb:parts:actions\nbackground:0,0,0::\ncircle:10,20,30::\nsquare:0,0,200::\n',
    );
    assert.deepEqual(drawn(await read(1)), { circle: [lines('#.......')], square: [lines('.#......')] });
  });

  it('boxes count from 1, with both ends', async () => {
    paint('a.png', 'b.png');
    const object = (name: string, ...[xmin, ymin, xmax, ymax]: number[]) =>
      `<object><name>${name}</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;
    const xml = (...objects: string[]) =>
      `<annotation><filename>a.png</filename><size><width>8</width><height>8</height></size>${objects.join('')}</annotation>`;
    write('voc/Annotations/a.xml', xml(object('dog', 1, 1, 2, 2), object('cat', 3, 1, 100, 1)));
    write('voc/Annotations/b.xml', '<annotation>');
    write('voc/Annotations/other.xml', '<x/>');
    const set = await read();
    assert.deepEqual(drawn(set), {
      dog: [lines('##......', '##......'), lines()],
      cat: [lines('..######'), lines()],
    });
    assert.match(set.notes.join('\n'), /b\.xml was left out: it is no XML/);
    assert.match(set.notes.join('\n'), /other\.xml was left out: it is no annotation of Pascal VOC/);
  });

  it('a PNG of another shape is left out', async () => {
    paint('a.png', 'b.png');
    write('voc/a.png', encode({ width: 4, height: 8, channels: 1, data: new Uint8Array(32).fill(3) }));
    write('voc/b.png', indexed([1]));
    const { notes } = await read();
    assert.match(notes.join('\n'), /a\.png was left out: it is of 4 × 8 pixels, and its picture of 8 × 8/);
  });

  it('a folder without masks and boxes is refused', async () => {
    paint('a.png');
    write('voc/readme.txt', '');
    await assert.rejects(read(1), /there are neither masks nor boxes in Pascal VOC's layout/);
  });
});
