import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { readLabelTable, labelConcepts } from '../../../src/engine/probe/image/index.js';
import { openProbe } from '../../../src/engine/probe/openProbe.js';
import { parquetHead, readParquet } from '../../../src/engine/probe/parquet.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

/** Written by pyarrow; see the script there. */
const fixture = (name: string) => path.join(projectRoot, 'test/fixtures/parquet', `${name}.parquet`);

describe('Parquet', () => {
  const folder = testFolder();

  for (const compression of ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4']) {
    it(`is a table, compressed with ${compression}`, async () => {
      const { rows, names, columns, words, notes } = await readParquet(fixture(compression));
      assert.equal(rows, 4);
      assert.deepEqual(Object.fromEntries(names.map((name, i) => [name, [...columns[i]]])), {
        position: [0.5, -1.25, NaN, 3],
        speed: [1.5, 2.5, 3.5, 4.5],
        step: [1, 2, 3, 2 ** 40],
        landed: [1, 0, NaN, 1],
        day: [0, 86400000, 1, 2],
      });
      assert.deepEqual(
        words.map(({ name, values, codes }) => [name, [...codes].map((code) => values[code] ?? null)]),
        [['phase', ['up', 'down', null, 'up']]],
      );
      assert.deepEqual(notes, [`${compression}.parquet: nested columns are left out: path, wheel.`]);
    });
  }

  it('tells its rows and columns from its footer', async () => {
    const { rows, columns, nested } = await parquetHead(fixture('snappy'));
    assert.deepEqual([rows, columns.length, nested], [4, 6, ['path', 'wheel']]);
  });

  it('is data of states', async () => {
    const model = modelWith({ obs: ['float', ['N', 2]] });
    const probe = await openProbe({ kind: 'data', path: fixture('snappy') }, model, { bundledFolder: '' });
    assert.deepEqual([probe.kind, probe.samples, probe.columns], ['states', 4, ['position', 'speed']]);
  });

  it('is a table of labels', async () => {
    const table = await readLabelTable(fixture('labels'));
    assert.deepEqual(table.concepts, ['striped', 'kind = cat', 'kind = dog']);
    const { concepts } = labelConcepts(table, [{ name: '2.png' }, { name: 'x/1.png' }]);
    assert.deepEqual(
      concepts.map(({ ofSamples }) => [hasBit(ofSamples!, 0), hasBit(ofSamples!, 1)]),
      [
        [true, false],
        [false, false],
        [false, true],
      ],
    );
  });

  it('that is none, is torn or has nested columns alone is refused in one sentence', async () => {
    const refused = async (content: Uint8Array, message: RegExp) => {
      const file = folder.write('wrong.parquet', content);
      await assert.rejects(readParquet(file), { name: 'UserError', message });
    };
    const whole = readFileSync(fixture('snappy'));
    await refused(Buffer.from('x,y\n1,2\n3,4\n5,6\n'), /wrong\.parquet: not a Parquet file, or a damaged one/);
    await refused(Buffer.alloc(0), /not a Parquet file, or a damaged one \(the file is too short\)/);
    await refused(whole.subarray(0, whole.length - 100), /not a Parquet file, or a damaged one/);
    const bitten = Buffer.from(whole);
    bitten.fill(0xff, 40, 200);
    await refused(bitten, /not a Parquet file, or a damaged one/);
    await assert.rejects(readParquet(fixture('nested')), /all its columns are nested: path, wheel/);
    await assert.rejects(readParquet(folder.path('gone.parquet')), /gone\.parquet: no such file/);
  });
});
