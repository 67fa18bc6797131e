import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { openArray, readArray } from '../../../src/engine/probe/arrayFile.js';
import { splitKey } from '../../../src/engine/probe/dataFile.js';
import { encodeNpy } from '../../../src/engine/probe/npy.js';
import { npzHeads } from '../../../src/engine/probe/npz.js';
import { UserError } from '../../../src/shared/userError.js';
import { projectRoot } from '../../support/sharedData.js';

const fixtures = path.join(projectRoot, 'test/fixtures/probe');
const expected = JSON.parse(readFileSync(path.join(fixtures, 'expected.json'), 'utf8')) as Record<
  string,
  { shape: number[]; values: (number | string)[] }
>;

const numbers = (data: Iterable<unknown>): number[] => Array.from(data, Number);

async function refusal(spec: string): Promise<string> {
  try {
    await readArray(spec);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.ok(!error.sentence.includes('\n'));
    return error.sentence;
  }
  return assert.fail(`${spec} was read`);
}

describe('An array file', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-'))));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(path.join(folder, name), bytes);
    return path.join(folder, name);
  };

  for (const [name, { shape, values }] of Object.entries(expected)) {
    if (!name.includes('.np')) continue;
    it(`is read as numpy reads it: ${name}`, async () => {
      const array = await readArray(path.join(fixtures, name));
      assert.deepEqual([...array.dims], shape);
      assert.deepEqual(
        numbers(array.data),
        values.map((value) => (value === 'inf' ? Infinity : Number(value))),
      );
    });
  }

  it('has the element type that its tensor will have', async () => {
    const types = {
      f2: 'float32',
      f4: 'float32',
      f8: 'float64',
      i8: 'int64',
      u1: 'uint8',
      b1: 'bool',
      big_i2: 'int16',
    };
    for (const [name, type] of Object.entries(types)) {
      assert.equal((await readArray(path.join(fixtures, `array_${name}.npy`))).type, type);
    }
  });

  it('is written byte for byte as numpy writes it', () => {
    const bytes = encodeNpy(Float32Array.of(1.5, -2, 0.25), [1, 3]);
    assert.deepEqual(Buffer.from(bytes), readFileSync(path.join(fixtures, 'written.npy')));
  });

  it('gives its samples where they are asked for', async () => {
    for (const name of ['version2.npy', 'fortran.npy', 'stored.npz:obs']) {
      const array = await openArray(path.join(fixtures, name));
      assert.deepEqual([...array.shape], [2, 3, 4]);
      assert.deepEqual(
        numbers(await array.rows(1, 5)),
        Array.from({ length: 12 }, (_, i) => 12 + i),
        name,
      );
    }
  });

  it('names its arrays where none is chosen', async () => {
    assert.match(
      await refusal(path.join(fixtures, 'stored.npz')),
      /2 arrays and none is chosen: .*stored\.npz:obs, stored\.npz:act/,
    );
    assert.match(await refusal(path.join(fixtures, 'stored.npz:acts')), /has no array "acts": .*stored\.npz:act/);
  });

  it('has a sentence for what is not an array of numbers', async () => {
    assert.match(await refusal(path.join(fixtures, 'pickled.npy')), /pickled Python objects/);
    assert.match(await refusal(path.join(fixtures, 'pickled.npz:infos')), /pickled Python objects/);
    assert.match(await refusal(path.join(fixtures, 'structured.npy')), /structured array/);
    assert.match(await refusal(path.join(fixtures, 'complex.npy')), /"<c8" are not read/);
    assert.match(await refusal(path.join(fixtures, 'words.npy')), /"<U2" are not read/);
    assert.match(await refusal(path.join(fixtures, 'make.py')), /not an array file/);
    assert.match(await refusal(path.join(fixtures, 'nothing.npy')), /nothing\.npy: no such file/);
    assert.match(await refusal(path.join(fixtures, 'nothing.npz:a')), /nothing\.npz: no such file/);
    assert.match(await refusal(write('text.npy', strToU8('version https://git-lfs'))), /not a NumPy array/);
    assert.match(await refusal(write('empty.npy', new Uint8Array())), /is empty/);
    assert.match(await refusal(write('html.npz', strToU8('<html>404</html>'))), /not an \.npz file/);
  });

  it('is refused when it is cut short, wherever the cut is', async () => {
    const whole = readFileSync(path.join(fixtures, 'array_f4.npy'));
    for (let length = 0; length < whole.length; length++) {
      assert.match(await refusal(write('cut.npy', whole.subarray(0, length))), /cut\.npy: /);
    }
    assert.match(await refusal(write('cut.npy', whole.subarray(0, -1))), /2 × 3 of "f4" takes 24 bytes, there are 23/);
    await assert.rejects(openArray(write('cut.npy', whole.subarray(0, -1))), UserError);
  });

  it('is refused when an archive has a damaged byte', async () => {
    for (const name of ['stored.npz', 'deflated.npz']) {
      const bytes = Uint8Array.from(readFileSync(path.join(fixtures, name)));
      const local = 30 + bytes[26] + bytes[28];
      // A value of the stored array; somewhere in the stream of the deflated one.
      bytes[name === 'stored.npz' ? local + 128 + 10 : local + 45] ^= 0x55;
      assert.match(await refusal(`${write('bad.npz', bytes)}:obs`), /bad\.npz:obs: .*damaged/);
    }
  });

  it('is read from archives that others wrote', async () => {
    const npy = encodeNpy(Float32Array.of(1, 2), [2]);
    const file = write('other.npz', zipSync({ 'a.npy': [npy, { level: 9 }], 'b c.npy': [npy, { level: 0 }] }));
    assert.deepEqual(numbers((await readArray(`${file}:b c`)).data), [1, 2]);
    assert.deepEqual(numbers((await readArray(`${file}:a`)).data), [1, 2]);
    const heads = await npzHeads(file);
    assert.deepEqual([...heads.keys()], ['a', 'b c']);
    assert.deepEqual(
      [...heads.values()].map((head) => (head instanceof UserError ? null : head.shape)),
      [[2], [2]],
    );
  });

  it('is split from its key, not from a drive', () => {
    assert.deepEqual(splitKey('C:\\data\\a.npz:obs'), { file: 'C:\\data\\a.npz', key: 'obs' });
    assert.deepEqual(splitKey('C:\\data\\a.npy'), { file: 'C:\\data\\a.npy', key: null });
    assert.deepEqual(splitKey('/x/a.npz:b:c'), { file: '/x/a.npz', key: 'b:c' });
  });
});
