import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readModel, readTensor } from '../../../src/engine/onnx/index.js';
import { bytes, message, modelBytes, number, temporaryFolder, varint } from '../../support/onnxFile.js';

const base = modelBytes({
  nodes: [{ op: 'Identity', in: ['x'], out: ['y'] }],
  inputs: { x: {} },
  outputs: { y: {} },
});

describe('a weight’s elements', () => {
  const folder = temporaryFolder();

  /** Reads the tensor `w` whose TensorProto has these fields besides its name. */
  async function read(...fields: Buffer[]) {
    const content = Buffer.concat([base, message(7, message(5, bytes(8, 'w'), ...fields))]);
    const model = await readModel(folder.write('model.onnx', content));
    const { dims, data } = await readTensor(model, model.graph.initializers.get('w')!);
    return { dims, data: Array.from(data as Float32Array, Number), array: data.constructor.name };
  }
  const raw = (hex: string): Buffer => bytes(9, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  const dims = (...sizes: number[]): Buffer => Buffer.concat(sizes.map((size) => number(1, size)));

  it('raw, of every type', async () => {
    const cases: [type: number, hex: string, values: number[], array: string][] = [
      [1, '0000803f 000000c0', [1, -2], 'Float32Array'],
      [11, '000000000000f03f 00000000000000c0', [1, -2], 'Float64Array'],
      [10, '003c 00c0', [1, -2], 'Float32Array'],
      [16, '803f 00c0', [1, -2], 'Float32Array'],
      [3, '01fe', [1, -2], 'Int8Array'],
      [2, '01fe', [1, 254], 'Uint8Array'],
      [5, '0100feff', [1, -2], 'Int16Array'],
      [6, '01000000feffffff', [1, -2], 'Int32Array'],
      [7, '0100000000000000feffffffffffffff', [1, -2], 'BigInt64Array'],
      [9, '0100', [1, 0], 'Uint8Array'],
      [22, 'e1', [1, -2], 'Int8Array'],
      [21, 'e1', [1, 14], 'Uint8Array'],
    ];
    for (const [type, hex, data, array] of cases) {
      assert.deepEqual(await read(dims(2), number(2, type), raw(hex)), { dims: [2], data, array });
    }
  });

  it('typed, packed and not, in several pieces', async () => {
    const float = Buffer.from('0000803f', 'hex');
    const unpacked = Buffer.concat([varint(4 * 8 + 5), float]);
    const packed = bytes(4, Buffer.concat([float, float]));
    assert.deepEqual((await read(dims(4), number(2, 1), unpacked, packed, unpacked)).data, [1, 1, 1, 1]);
    assert.deepEqual((await read(dims(3), number(2, 7), number(7, -5), number(7, 6), number(7, 7))).data, [-5, 6, 7]);
    assert.deepEqual(
      (await read(dims(2), number(2, 6), bytes(5, Buffer.concat([varint(-1), varint(300)])))).data,
      [-1, 300],
    );
    // The bits of float16 stand in int32_data.
    assert.deepEqual((await read(dims(2), number(2, 10), number(5, 0x3c00), number(5, 0xc000))).data, [1, -2]);
    assert.deepEqual((await read(dims(1), number(2, 11), bytes(10, Buffer.from('000000000000f03f', 'hex')))).data, [1]);
  });

  it('no elements, and one without axes', async () => {
    assert.deepEqual((await read(dims(0, 3), number(2, 1))).data, []);
    assert.deepEqual(await read(number(2, 1), raw('0000803f')), { dims: [], data: [1], array: 'Float32Array' });
  });

  it('what does not fit its shape is refused', async () => {
    await assert.rejects(
      read(dims(3), number(2, 1), raw('0000803f')),
      /weight "w" has 4 bytes where its shape needs 12/,
    );
    await assert.rejects(read(dims(3), number(2, 1), number(7, 1)), /has not the 3 elements/);
    await assert.rejects(read(dims(-1), number(2, 1), raw('')), /negative dimension/);
    await assert.rejects(read(dims(2 ** 40, 2 ** 40), number(2, 1)), /more than can be read/);
    await assert.rejects(read(dims(2 ** 28), number(2, 1)), /has not the/);
    await assert.rejects(read(dims(1), number(2, 8), bytes(6, 'text')), /holds string values, which are no numbers/);
  });

  it('from a file beside the model, and from nowhere else', async () => {
    const inside = path.join(folder.path(), 'sub');
    mkdirSync(inside, { recursive: true });
    writeFileSync(path.join(inside, 'w.bin'), Buffer.from(new Float32Array([0, 5, 6]).buffer));
    const outside = path.join(path.dirname(folder.path()), `${path.basename(folder.path())}.bin`);
    symlinkSync('/etc/hostname', path.join(folder.path(), 'link.bin'));
    const external = (entries: Record<string, string>): Buffer[] => [
      dims(2),
      number(2, 1),
      number(14, 1),
      ...Object.entries(entries).map(([key, value]) => message(13, bytes(1, key), bytes(2, value))),
    ];
    const location = path.join('sub', 'w.bin');
    assert.deepEqual((await read(...external({ location, offset: '4', length: '8' }))).data, [5, 6]);
    assert.deepEqual((await read(...external({ location, offset: '4' }))).data, [5, 6]);
    await assert.rejects(read(...external({ location, offset: '8' })), /wants 8 bytes at 8 of .*, which has 12/);
    await assert.rejects(read(...external({ location, offset: '-4' })), /wants 8 bytes at -4/);
    await assert.rejects(read(...external({ location, length: '4' })), /wants 4 bytes/);
    await assert.rejects(read(...external({ location: 'absent.bin' })), /lies in absent\.bin, which is not beside/);
    for (const away of ['../other.bin', '/etc/hostname', outside, 'sub/../../x', 'link.bin', '']) {
      await assert.rejects(read(...external({ location: away })), /lies outside the model's folder/, away);
    }
  });
});
