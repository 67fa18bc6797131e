import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import fc from 'fast-check';
import { jsonParts } from '../../src/engine/probe/annotation/jsonParts.js';
import { maskOfPolygons } from '../../src/engine/probe/annotation/polygon.js';
import { AnnotationError, maskOfRuns, runsOfText } from '../../src/engine/probe/annotation/runLength.js';
import { readIdx } from '../../src/engine/probe/packed/index.js';
import { readParquet } from '../../src/engine/probe/parquet.js';
import { UserError } from '../../src/shared/userError.js';
import { projectRoot } from '../support/sharedData.js';
import { annotatedPictures } from '../unit/annotation/pictures.js';
import { testFolder } from '../unit/probe/folder.js';

/** A few bytes written over, or the end cut off. */
const damage = (whole: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.nat(whole.length).map((length) => whole.slice(0, length)),
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }).map((changes) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    }),
  );

/** Read, or refused in a sentence. */
async function readOrRefused(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
    assert.ok(!error.message.includes('\n') && error.message.length < 400, error.message);
    return false;
  }
}

describe('Damaged annotations', () => {
  const { write, paint, open } = annotatedPictures();
  const folder = testFolder();

  const coco = JSON.stringify({
    info: { description: 'a "quoted" \\ name' },
    images: [
      { id: 1, file_name: 'a.png', width: 8, height: 8 },
      { id: 2, file_name: 'b.png', width: 8, height: 8 },
    ],
    annotations: [
      { image_id: 1, category_id: 1, segmentation: [[0, 0, 4, 0, 4, 4]], iscrowd: 0 },
      { image_id: 1, category_id: 2, segmentation: { size: [8, 8], counts: [3, 5, 56] } },
      { image_id: 2, category_id: 2, segmentation: { size: [8, 8], counts: '33`1' }, bbox: [1, 1, 2, 2] },
    ],
    categories: [
      { id: 1, name: 'dog' },
      { id: 2, name: 'cat' },
    ],
  });
  const via = JSON.stringify({
    a1: {
      filename: 'a.png',
      regions: [
        {
          shape_attributes: { name: 'polygon', all_points_x: [0, 4, 4], all_points_y: [0, 0, 4] },
          region_attributes: { kind: 'dog' },
        },
        { shape_attributes: { name: 'circle', cx: 3, cy: 3, r: 2 }, region_attributes: { kind: { a: true } } },
      ],
    },
  });

  for (const [name, text] of Object.entries({ coco, via })) {
    it(`${name}: are read or refused in a sentence`, async () => {
      paint('a.png', 'b.png');
      let read = 0;
      await fc.assert(
        fc.asyncProperty(damage(Buffer.from(text)), async (bytes) => {
          write('masks.json', bytes);
          if (await readOrRefused(async () => (await open({ masks: 'masks.json' })).concepts(2))) read++;
        }),
        { numRuns: 120, seed: 11 },
      );
      assert.ok(read > 4, `${read} were read`);
    });
  }

  it('voc and broden: are read or refused in a sentence', async () => {
    paint('a.png', 'b.png');
    const png = encode({ width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(3) });
    const files: [string, Uint8Array][] = [
      ['voc/SegmentationClass/a.png', png],
      ['voc/labels.txt', Buffer.from('background\ndog\ncat\nbird\n')],
      [
        'boxes/Annotations/a.xml',
        Buffer.from(
          '<?xml version="1.0"?><annotation><filename>a.png</filename><size><width>8</width><height>8</height></size><object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>',
        ),
      ],
      ['broden/index.csv', Buffer.from('image,split,ih,iw,sh,sw,object,scene\na.png,train,8,8,8,8,x.png,1\n')],
      ['broden/label.csv', Buffer.from('number,name,category\n1,street,scene(1)\n3,dog,object(1)\n')],
      ['broden/images/x.png', png],
    ];
    for (const [file, whole] of files) write(file, whole);
    for (const [file, whole] of files) {
      const key = file.startsWith('broden') ? { broden: 'broden' } : { voc: path.dirname(file).split('/')[0] };
      await fc.assert(
        fc.asyncProperty(damage(whole), async (bytes) => {
          write(file, bytes);
          await readOrRefused(async () => (await open(key)).concepts(2));
        }),
        { numRuns: 60, seed: 12 },
      );
      write(file, whole);
    }
  });

  it('run lengths and outlines give a mask or say what is wrong', () => {
    const size = fc.integer({ min: 1, max: 40 });
    const tried = (make: () => Uint8Array, length: number) => {
      try {
        assert.equal(make().length, length);
      } catch (error) {
        if (!(error instanceof AnnotationError)) throw error;
      }
    };
    fc.assert(
      fc.property(size, size, fc.string({ maxLength: 30 }), fc.array(fc.double()), (width, height, text, numbers) => {
        tried(() => maskOfRuns(runsOfText(text), width, height), width * height);
        tried(() => maskOfRuns(numbers, width, height), width * height);
      }),
      { numRuns: 3000, seed: 13 },
    );
    const outline = fc.array(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { minLength: 6, maxLength: 20 });
    fc.assert(
      fc.property(size, size, outline, (width, height, points) =>
        tried(() => maskOfPolygons([points], width, height), width * height),
      ),
      { numRuns: 100, seed: 14 },
    );
  });

  it('IDX and Parquet files are read or refused in a sentence', async () => {
    const idx = Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4, ...new Array<number>(32).fill(7)]);
    const files: [string, Uint8Array, (file: string) => Promise<unknown>, number][] = [
      ['x-idx3-ubyte', idx, readIdx, 300],
      ['z-idx3-ubyte.gz', gzipSync(idx), readIdx, 200],
      ['t.parquet', readFileSync(path.join(projectRoot, 'test/fixtures/parquet/snappy.parquet')), readParquet, 200],
      ['g.parquet', readFileSync(path.join(projectRoot, 'test/fixtures/parquet/zstd.parquet')), readParquet, 100],
    ];
    for (const [name, whole, read, numRuns] of files) {
      await fc.assert(
        fc.asyncProperty(damage(whole), async (bytes) => {
          writeFileSync(folder.path(name), bytes);
          await readOrRefused(() => read(folder.path(name)));
        }),
        { numRuns, seed: 15 },
      );
    }
  });

  it('JSON in parts gives what JSON.parse gives', async () => {
    const file = folder.path('parts.json');
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue())),
        async (whole) => {
          writeFileSync(file, JSON.stringify(whole, null, 1));
          const parts: [string, unknown][] = [];
          for await (const { key, value } of jsonParts(file)) parts.push([key, value]);
          const expected = Object.entries(JSON.parse(JSON.stringify(whole)) as object).flatMap(([key, value]) =>
            Array.isArray(value)
              ? value.map((one): [string, unknown] => [key, one])
              : [[key, value] as [string, unknown]],
          );
          assert.deepEqual(parts, expected);
        },
      ),
      { numRuns: 500, seed: 16 },
    );
  });
});
