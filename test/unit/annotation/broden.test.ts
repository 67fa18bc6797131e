import assert from 'node:assert/strict';
import { encode } from 'fast-png';
import { annotatedPictures, drawn, lines } from './pictures.js';

/** A PNG of labels, R + 256 G. */
const labels = (values: number[]) =>
  encode({
    width: 8,
    height: 8,
    channels: 3,
    data: Uint8Array.from({ length: 192 }, (_, i) => {
      const value = values[Math.floor(i / 3)] ?? 0;
      return [value & 255, value >> 8, 0][i % 3];
    }),
  });

const labelTable = `number,name,category,frequency,coverage,syns
1,street,scene(3),3,,
2,dog,object(5);part(1),6,,
3,"nose, wet",part(2),2,,nose
300,sky,object(9),9,,
`;

describe("Network Dissection's Broden", () => {
  const { write, paint, open } = annotatedPictures();

  it('cells are labels of whole pictures, or PNGs of labels; a picture may have several', async () => {
    paint('a.png', 'b.png', 'c.png');
    write('broden/label.csv', labelTable);
    write(
      'broden/index.csv',
      `image,split,ih,iw,sh,sw,object,part,scene
a.png,train,8,8,8,8,x/a_object.png,x/a_part1.png;x/a_part2.png,
b.png,train,8,8,8,8,,,1
x/c.png,val,8,8,8,8,x/c_object.png,,1;99
other.png,train,8,8,8,8,,,1
`,
    );
    write('broden/images/x/a_object.png', labels([2, 2, 300, 300, 0, 77]));
    write('broden/images/x/a_part1.png', labels([3]));
    write('broden/images/x/a_part2.png', labels([0, 3]));
    const set = await (await open({ broden: 'broden' })).concepts(3);
    assert.deepEqual(drawn(set), {
      dog: [lines('##......'), lines(), lines()],
      sky: [lines('..##....'), lines(), lines()],
      'nose, wet': [lines('##......'), lines(), lines()],
      street: [false, true, true],
    });
    assert.deepEqual(
      set.concepts.map(({ category }) => category),
      ['object', 'object', 'part', 'scene'],
    );
    // Objects and parts were looked for in the first picture, scenes in the other two.
    assert.deepEqual(
      Object.entries(set.domains!).map(([category, bits]) => [category, bits[0]]),
      [
        ['object', 1],
        ['part', 1],
        ['scene', 6],
      ],
    );
    assert.match(set.notes.join('\n'), /line 4 \(object\) was left out: its PNG is not in images\//);
    assert.match(set.notes.join('\n'), /line 4 \(scene\) was left out: label\.csv has no label 99/);
    assert.deepEqual(set.read, ['broden: 3 pictures, 4 concepts, 6 masks.']);
  });

  it('what is no Broden is refused in a sentence', async () => {
    paint('a.png');
    const refused = (message: RegExp) => assert.rejects(open({ broden: 'broden' }), { name: 'UserError', message });
    await refused(/index\.csv: no such file/);
    write('broden/index.csv', 'image,split,object\na.png,train,\n');
    await refused(/label\.csv: no such file/);
    write('broden/label.csv', 'name,number\na,1\n');
    await refused(/label\.csv: its header has no columns "number", "name" and "category"/);
    write('broden/label.csv', 'number,name,category\nx,dog,object\n');
    await refused(/label\.csv: line 2 has no number or no name/);
    write('broden/label.csv', labelTable);
    write('broden/index.csv', 'picture,object\na.png,\n');
    await refused(/its header has no column "image", or none of a category/);
    write('broden/index.csv', 'image,object\na.png,"x\n');
    await refused(/index\.csv: line 2: a quoted cell/);
  });

  it('a PNG outside the folder is not read', async () => {
    paint('a.png', 'b.png');
    write('broden/label.csv', labelTable);
    write('broden/index.csv', 'image,scene,object\na.png,1,../../data/b.png\n');
    const { notes } = await (await open({ broden: 'broden' })).concepts(2);
    assert.match(notes.join('\n'), /line 2 \(object\) was left out: its PNG lies outside the folder/);
  });
});
