import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { decodeFile, decodePicture, readHeader } from '../../../src/engine/probe/image/decode.js';
import { UserError } from '../../../src/shared/userError.js';
import { expected, fixtureFolder } from './fixtures.js';

const pictures = Object.keys(expected.decoded).map((name) => ({
  name,
  bytes: readFileSync(path.join(fixtureFolder, name)),
}));

const refused = (bytes: Uint8Array, message: RegExp) =>
  assert.rejects(
    decodePicture(bytes, 'a.png'),
    (error) => error instanceof UserError && error.message.startsWith('a.png: ') && message.test(error.message),
  );

/** A PNG of the chunks given; lengths and checksums are right. */
function png(...chunks: [type: string, body: Uint8Array][]): Buffer {
  const parts = chunks.map(([type, body]) => {
    const chunk = Buffer.alloc(body.length + 12);
    chunk.writeUInt32BE(body.length);
    chunk.write(type, 4, 'latin1');
    chunk.set(body, 8);
    chunk.writeUInt32BE(zlib.crc32(chunk.subarray(4, -4)), body.length + 8);
    return chunk;
  });
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function header(width: number, height: number): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body[8] = 8;
  return body;
}

describe('damaged pictures', () => {
  it('are refused in a sentence when they are cut off anywhere', async () => {
    for (const { name, bytes } of pictures) {
      for (const share of [0.02, 0.3, 0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        // Of a run-length coded BMP what is there is read, and of an animation the first frame is enough.
        if (/^rle|^animated.gif/.test(name) && share > 0.3) continue;
        await refused(cut, /not a picture that can be read: it|the file ends in the middle/);
        assert.throws(() => readHeader(cut), `${name} cut to ${cut.length} bytes`);
      }
    }
  });

  it('give pixels or a sentence, whatever bytes are wrong', async function () {
    this.timeout(60000);
    const damage = fc.array(fc.tuple(fc.noBias(fc.nat(1_000_000)), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pictures), damage, async ({ bytes }, changes) => {
        const broken = Buffer.from(bytes);
        for (const [where, value] of changes) broken[where % bytes.length] = value;
        try {
          const { width, height, channels, data } = await decodePicture(broken, 'a.png');
          assert.equal(data.length, width * height * channels);
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
        }
      }),
      { numRuns: 1500, seed: 1, interruptAfterTimeLimit: 40000 },
    );
  });

  it('a codec still works after it has failed', async () => {
    const whole = readFileSync(path.join(fixtureFolder, '420.jpg'));
    const broken = Buffer.from(whole);
    // The first Huffman table's counts of code lengths: far too many codes.
    broken.fill(255, broken.indexOf(Buffer.from([0xff, 0xc4])) + 5, broken.indexOf(Buffer.from([0xff, 0xc4])) + 21);
    await refused(broken, /a\.png: not a picture that can be read: /);
    assert.equal((await decodePicture(whole, 'b.jpg')).width, 37);
  });

  it('a file that claims 2.5 gigapixels is refused before anything is allocated', async () => {
    const bomb = png(
      ['IHDR', header(50000, 50000)],
      ['IDAT', zlib.deflateSync(Buffer.alloc(1000))],
      ['IEND', Buffer.alloc(0)],
    );
    const before = process.memoryUsage().rss;
    await refused(bomb, /50000 × 50000 = 2500 megapixels, and more than 100 are not read/);
    assert.ok(process.memoryUsage().rss - before < 100e6);
  });

  it('a file that unfolds into more than its size says is refused, not unfolded', async () => {
    const bomb = png(
      ['IHDR', header(10, 10)],
      ['IDAT', zlib.deflateSync(Buffer.alloc(100e6))],
      ['IEND', Buffer.alloc(0)],
    );
    assert.ok(bomb.length < 200e3);
    await refused(bomb, /cannot be decompressed/);
  });

  it('a progressive JPEG of a thousand scans is refused, not gone through', async () => {
    const whole = readFileSync(path.join(fixtureFolder, 'progressive.jpg'));
    const scan = whole.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scans = Array.from({ length: 1000 }, () => whole.subarray(scan, -2));
    await refused(Buffer.concat([whole.subarray(0, scan), ...scans, whole.subarray(-2)]), /more than 500 scans/);
  });

  it('says what a file is that is no picture', async () => {
    await refused(Buffer.alloc(0), /it is empty/);
    await refused(Buffer.from('<!DOCTYPE html>'), /first bytes are those of no picture format/);
    await refused(Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /Git LFS pointer/);
    await assert.rejects(decodeFile('/nowhere/a.png'), /there is no such file/);
  });

  it('goes by content, not by name', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'onnxplain-'));
    try {
      const file = path.join(folder, 'photo.png');
      writeFileSync(file, readFileSync(path.join(fixtureFolder, '420.jpg')));
      assert.equal((await decodeFile(file)).width, 37);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
