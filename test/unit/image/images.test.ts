import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encode } from 'fast-png';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { placesOf } from '../../../src/engine/concept/placeMask.js';
import { openImages } from '../../../src/engine/probe/images.js';
import type { ImagesProbeFile } from '../../../src/shared/probeFile.js';
import { UserError } from '../../../src/shared/userError.js';
import { bytesOf, expected, fixtureFolder, furthest } from './fixtures.js';

const input = { name: 'image', type: 'float', shape: ['N', 3, 32, 32] };

describe('a folder of pictures as a probe set', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(path.join(os.tmpdir(), 'onnxplain-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  /** Writes an 8 × 8 picture of one colour. */
  function paint(file: string, [r, g, b]: number[]): void {
    mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
    const data = Uint8Array.from({ length: 192 }, (_, i) => [r, g, b][i % 3]);
    writeFileSync(path.join(base, file), encode({ width: 8, height: 8, channels: 3, data }));
  }
  const opened = (file: Partial<ImagesProbeFile> = {}, shape: (string | number)[] = input.shape) =>
    openImages(
      { kind: 'images', data: 'data', ...file },
      { base, choice: { kind: 'data', path: base }, input: { ...input, shape } },
    );
  const names = async (probe: Awaited<ReturnType<typeof opened>>) =>
    Promise.all(Array.from({ length: probe.samples }, async (_, i) => (await probe.view(i)).name));

  it('goes by natural order, passes over hidden files and what is no picture, and follows links once', async () => {
    for (const name of ['b/10.png', 'b/2.png', 'a.png', '.hidden/x.png', 'b/.y.png']) paint(`data/${name}`, [9, 9, 9]);
    writeFileSync(path.join(base, 'data/notes.txt'), 'not a picture');
    symlinkSync(path.join(base, 'data'), path.join(base, 'data/b/up'));
    copyFileSync(path.join(fixtureFolder, '420.jpg'), path.join(base, 'data/nameless'));
    const probe = await opened();
    assert.deepEqual(await names(probe), ['a.png', 'b/2.png', 'b/10.png', 'nameless']);
    assert.deepEqual((await probe.view(1)).labels, ['b']);
    assert.deepEqual((await probe.view(0)).labels, []);
    assert.ok(!probe.assumptions.some((sentence) => /cannot be read/.test(sentence)));
  });

  it('leaves damaged pictures out and names them', async () => {
    paint('data/a.png', [1, 2, 3]);
    writeFileSync(path.join(base, 'data/b.jpg'), 'no picture at all');
    writeFileSync(path.join(base, 'data/c.gif'), '');
    const probe = await opened();
    assert.equal(probe.samples, 1);
    const sentence = probe.assumptions.find((text) => /left out/.test(text));
    assert.match(
      sentence!,
      /^2 pictures were left out, because they cannot be read: b\.jpg \(.*\), c\.gif \(it is empty\)\.$/,
    );
  });

  it('refuses a folder without a picture that can be read', async () => {
    mkdirSync(path.join(base, 'data'));
    await assert.rejects(
      opened(),
      (error) => error instanceof UserError && /data: no pictures there/.test(error.message),
    );
    writeFileSync(path.join(base, 'data/a.png'), 'x');
    await assert.rejects(opened(), /none of its 1 pictures can be read; the first, a\.png/);
    await assert.rejects(opened({ data: 'elsewhere' }), /elsewhere: there is no such folder/);
    await assert.rejects(opened({ data: ['gone.png'] }), /gone\.png: there is no such file/);
  });

  it('refuses a strip that would become a giant, and takes the others', async () => {
    paint('data/a.png', [1, 2, 3]);
    const strip = encode({ width: 100_000, height: 1, channels: 1, data: new Uint8Array(100_000) });
    writeFileSync(path.join(base, 'data/strip.png'), strip);
    const probe = await opened({ preprocess: { resize: 64, crop: 32 } });
    assert.equal(probe.samples, 1);
    assert.match(probe.assumptions.join(), /strip\.png \(it is 100000 × 1 pixels, and would be 6400000 × 64 after/);
    await assert.rejects(probe.prepareFile!(path.join(base, 'data/strip.png')), /would be 6400000 × 64/);
  });

  it('gives batches in the order of the samples, with the other inputs', async () => {
    for (let i = 0; i < 5; i++) paint(`data/${i}.png`, [i, 100 + i, 200 + i]);
    const probe = await openImages(
      { kind: 'images', data: 'data', preprocess: { scale: 1, resize: [8, 8] } },
      {
        base,
        choice: { kind: 'data', path: base },
        input: { ...input, shape: ['N', 3, 8, 8] },
        otherInputs: { size: { type: 'float32', dims: [1, 2], data: Float32Array.of(8, 9) } },
      },
    );
    const { image, size } = await probe.batch(3, 2);
    assert.deepEqual(image.dims, [2, 3, 8, 8]);
    const values = image.data as Float32Array;
    assert.deepEqual(
      [0, 64, 128, 192, 256, 320].map((i) => values[i]),
      [3, 103, 203, 4, 104, 204],
    );
    assert.deepEqual(
      [size.dims, [...(size.data as Float32Array)]],
      [
        [2, 2],
        [8, 9, 8, 9],
      ],
    );
    await assert.rejects(probe.batch(4, 2), /there are 5 pictures/);
  });

  it('shows the picture as the model sees it', async () => {
    const picture = expected.prepared.find(({ channels, crop }) => channels === 'rgb' && crop === 20)!;
    const [width, height] = picture.from;
    mkdirSync(path.join(base, 'data'));
    writeFileSync(path.join(base, 'data/a.png'), encode({ width, height, channels: 3, data: bytesOf(picture.pixels) }));
    const probe = await opened({ preprocess: { resize: picture.resize, crop: picture.crop } }, [1, 3, 20, 20]);
    const shown = await probe.picture!(0, 224);
    assert.deepEqual([shown.width, shown.height, shown.name], [20, 20, 'a.png']);
    // The fixture is normalised; undone, it is the picture.
    const values = new Float32Array(bytesOf(picture.want).buffer);
    const rgba = Array.from({ length: 1600 }, (_, i) =>
      i % 4 === 3 ? 255 : (values[(i % 4) * 400 + (i >> 2)] * picture.std[i % 4] + picture.mean[i % 4]) * 255,
    );
    assert.ok(furthest(shown.rgba, rgba) < 1e-3);
    const smaller = await probe.picture!(0, 10);
    assert.deepEqual([smaller.width, smaller.height, smaller.rgba.length], [10, 10, 400]);
    const other = await probe.prepareFile!(path.join(base, 'data/a.png'));
    assert.deepEqual(other.picture.rgba, shown.rgba);
    assert.deepEqual(other.feeds, await probe.batch(0, 1));
  });

  it('has a hash of bytes, names and preparation', async () => {
    paint('data/a.png', [1, 2, 3]);
    const hash = async (file: Partial<ImagesProbeFile> = {}) => (await opened(file)).sha256();
    const first = await hash();
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(await hash(), first);
    assert.notEqual(await hash({ preprocess: { scale: 1 } }), first);
    paint('data/a.png', [1, 2, 4]);
    assert.notEqual(await hash(), first);
  });

  describe('concepts', () => {
    const ofSamples = (set: Awaited<ReturnType<Awaited<ReturnType<typeof opened>>['concepts']>>, name: string) =>
      Array.from({ length: set.samples }, (_, i) => hasBit(set.concepts.find((c) => c.name === name)!.ofSamples!, i));

    beforeEach(() => {
      for (const name of ['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/3.png']) paint(`data/${name}`, [200, 30, 30]);
      paint('data/dog/3.png', [30, 30, 200]);
    });

    it('are class folders and measured ones where nothing is said', async () => {
      const probe = await opened();
      const set = await probe.concepts(4);
      assert.deepEqual([set.height, set.width], [32, 32]);
      assert.deepEqual(ofSamples(set, 'cat'), [true, true, false, false]);
      assert.deepEqual(ofSamples(set, 'dog'), [false, false, true, true]);
      assert.deepEqual(ofSamples(set, 'blue'), [false, false, false, true]);
      assert.equal(set.concepts.find(({ name }) => name === 'dog')!.category, 'class');
      assert.equal(set.concepts.find(({ name }) => name === 'dog')!.ofPositions, null);
      const upper = set.concepts.find(({ name }) => name === 'upper third')!;
      // Rows 0 to 10 of 32 have their centres in the upper third; in every sample.
      const mask = placesOf(upper.ofPositions!, 3, 1024);
      assert.ok(hasBit(mask, 10 * 32) && !hasBit(mask, 11 * 32));
    });

    it('are class folders alone where measuring is switched off', async () => {
      const set = await (await opened({ concepts: { folders: true } })).concepts(4);
      assert.deepEqual(
        set.concepts.map(({ name }) => name),
        ['cat', 'dog'],
      );
      assert.deepEqual([set.height, set.width], [1, 1]);
    });

    it('cover the first samples where only those are asked for', async () => {
      const set = await (await opened()).concepts(3);
      assert.equal(set.samples, 3);
      assert.deepEqual(ofSamples(set, 'dog'), [false, false, true]);
    });

    it('come from a table of labels, by path, file name or stem', async () => {
      const lines = ['image,striped,"has, tail"', 'cat/1.png,1,0', '2.png,0,1', '3,1,', '1,1,1', 'nowhere.png,1,1'];
      writeFileSync(path.join(base, 'labels.csv'), `\ufeff${lines.join('\r\n')}\r\n`);
      const set = await (await opened({ concepts: { labels: 'labels.csv' } })).concepts(4);
      assert.deepEqual(
        set.concepts.map(({ name, category }) => `${category} ${name}`),
        ['label striped', 'label has, tail'],
      );
      assert.deepEqual(ofSamples(set, 'striped'), [true, false, false, true]);
      assert.deepEqual(ofSamples(set, 'has, tail'), [false, true, false, false]);
      // `1` is the stem of two pictures.
      assert.match(set.notes.join(' '), /2 of the 5 rows of labels fit no picture/);
      assert.match(set.notes.join(' '), /1 of the 4 pictures have no row of labels/);
    });

    it('come from columns of words or class numbers too, one concept a value', async () => {
      writeFileSync(path.join(base, 'labels.csv'), 'image,kind\ncat/1.png,cat\ndog/1.png,dog\n2.png,cat\n');
      const words = await (await opened({ concepts: { labels: 'labels.csv' } })).concepts(4);
      assert.deepEqual(
        words.concepts.map(({ name }) => name),
        ['cat', 'dog'],
      );
      assert.deepEqual(ofSamples(words, 'cat'), [true, true, false, false]);
      writeFileSync(path.join(base, 'labels.csv'), 'image,kind,wet\ncat/1.png,10,1\n2.png,2,0\n');
      const numbers = await (await opened({ concepts: { labels: 'labels.csv' } })).concepts(4);
      assert.deepEqual(
        numbers.concepts.map(({ name }) => name),
        ['kind = 2', 'kind = 10', 'wet'],
      );
    });

    const wrong: [string, string, RegExp][] = [
      ['a ragged line', 'image,a,b\ncat/1.png,1\n', /labels\.csv: line 2 has 2 cells, the header has 3/],
      [
        'a cell that is no label',
        'image,a\n\nx,1\ncat/1.png,maybe\n',
        /line 4: "maybe" in column "a" is neither 0 nor 1/,
      ],
      ['two columns of one name', 'image,a,a\nx,1,1\n', /two columns are named "a"/],
      ['an open quote', 'image,a\n"cat/1.png,1\n', /line 2: a quoted cell .* never closed/],
      ['no rows', 'image,a\n', /has a header and no rows/],
      ['nothing', '', /has no columns of labels/],
    ];
    for (const [what, text, message] of wrong) {
      it(`refuse a table of labels with ${what}`, async () => {
        writeFileSync(path.join(base, 'labels.csv'), text);
        const probe = await opened({ concepts: { labels: 'labels.csv' } });
        await assert.rejects(probe.concepts(4), (error) => error instanceof UserError && message.test(error.message));
      });
    }

    it('in a file that is not there are refused by name', async () => {
      await assert.rejects(opened({ concepts: { masks: 'coco.json' } }), /coco\.json: no such file/);
    });

    it('tell progress and stop when asked to', async () => {
      const probe = await opened();
      const told: number[] = [];
      await probe.concepts(4, undefined, (done, total) => told.push(done / total));
      assert.deepEqual(told, [0.25, 0.5, 0.75, 1]);
      const stop = new AbortController();
      await assert.rejects(
        probe.concepts(4, stop.signal, () => stop.abort()),
        { name: 'AbortError' },
      );
    });

    it('keep their own names where a class is named like a colour', async () => {
      paint('data/red/1.png', [0, 0, 0]);
      const set = await (await opened()).concepts(5);
      assert.ok(['red', 'red (colour)'].every((name) => set.concepts.some((concept) => concept.name === name)));
    });
  });

  it('does not confuse a fixture with its neighbour: a picture is fed as decoded', async () => {
    const name = 'orientation-6.jpg';
    const { width, height, rgb } = expected.decoded[name];
    writeFileSync(path.join(base, name), readFileSync(path.join(fixtureFolder, name)));
    const probe = await opened({ data: [name], preprocess: { scale: 1, layout: 'nhwc' } }, [1, height, width, 3]);
    assert.equal(furthest((await probe.batch(0, 1)).image.data as Float32Array, bytesOf(rgb)), 0);
  });
});
