import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { openProbe } from '../../../src/engine/probe/openProbe.js';
import { idxHead } from '../../../src/engine/probe/packed/index.js';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { npy } from '../../support/npyFile.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

/** An IDX file as its format has it. */
function idx(dims: number[], values: number[], type = 8): Buffer {
  const head = Buffer.alloc(4 + 4 * dims.length);
  head[2] = type;
  head[3] = dims.length;
  dims.forEach((axis, i) => head.writeUInt32BE(axis, 4 + 4 * i));
  return Buffer.concat([head, Buffer.from(values)]);
}

const counting = (length: number, from = 0) => Array.from({ length }, (_, i) => (from + i) % 256);
const grey = modelWith({ image: ['float', ['N', 1, 8, 8]] });
const coloured = modelWith({ image: ['float', ['N', 3, 32, 32]] });

describe('many pictures in one file', () => {
  const folder = testFolder();
  const open = (file: string, model = grey) =>
    openProbe({ kind: 'data', path: folder.path(file) }, model, { bundledFolder: '' });
  const first = async (file: string, model = grey, count = 1) => {
    const { image } = await (await open(file, model)).batch(0, count);
    return { dims: image.dims, values: [...(image.data as Float32Array)].map((value) => Math.round(value * 255)) };
  };

  describe('IDX, as MNIST is published', () => {
    it('gives its pictures and, from the file beside it, their classes; gzipped too', async () => {
      for (const pack of [(bytes: Buffer) => bytes, gzipSync]) {
        const suffix = pack === gzipSync ? '.gz' : '';
        folder.write(`t10k-images-idx3-ubyte${suffix}`, pack(idx([3, 8, 8], counting(192))));
        folder.write(`t10k-labels-idx1-ubyte${suffix}`, pack(idx([3], [7, 1, 7])));
        const probe = await open(`t10k-images-idx3-ubyte${suffix}`);
        assert.deepEqual([probe.kind, probe.samples], ['images', 3]);
        assert.match(probe.title, /^t10k-images-idx3-ubyte(\.gz)? · 3 pictures$/);
        assert.ok(probe.assumptions.some((said) => /^The classes are those of t10k-labels/.test(said)));
        assert.deepEqual((await probe.view(1)).labels, ['1']);
        assert.equal((await probe.view(1)).name, 'picture 1');
        const set = await probe.concepts(3);
        const seven = set.concepts.find(({ name }) => name === '7')!;
        assert.deepEqual(
          [0, 1, 2].map((i) => hasBit(seven.ofSamples!, i)),
          [true, false, true],
        );
        const { image } = await probe.batch(1, 1);
        assert.deepEqual(image.dims, [1, 1, 8, 8]);
        // The second picture: 64, 65, … scaled by 1/255.
        assert.deepEqual(
          [...(image.data as Float32Array)].map((value) => Math.round(value * 255)),
          counting(64, 64),
        );
      }
    });

    it('that is no IDX file, or has another length than it says, is refused in one sentence', async () => {
      const refused = async (content: Uint8Array, message: RegExp) => {
        folder.write('wrong-images-idx3-ubyte', content);
        await assert.rejects(open('wrong-images-idx3-ubyte'), { name: 'UserError', message });
      };
      const whole = idx([3, 8, 8], counting(192));
      await refused(Buffer.from('PK\x03\x04 and so on'), /no IDX file: it does not begin with two zeros/);
      await refused(Buffer.alloc(0), /no IDX file/);
      await refused(whole.subarray(0, 9), /the file ends within its header/);
      await refused(whole.subarray(0, -1), /3 × 8 × 8 elements take 208 bytes, and the file ends after 207/);
      await refused(Buffer.concat([whole, Buffer.from([0])]), /take 208 bytes, and the file is longer/);
      await refused(idx([3, 8, 8], counting(192), 0x0d), /its elements are of type 0x0d; bytes \(0x08\) are read/);
      await refused(idx([4294967295, 4294967295, 8], [1]), /which is more than 2 GiB/);
      await refused(idx([5], [1, 2, 3, 4, 5]), /pictures are samples × height × width, these are 5/);
      await refused(gzipSync(whole).subarray(0, 40), /can't be unzipped|ends/);
      // A gzipped file that unfolds into far more than its header says is not unfolded.
      await refused(gzipSync(Buffer.concat([whole, Buffer.alloc(50_000_000)])), /longer than its header says/);
    });

    it('labels that are not as many are left out, and that is said', async () => {
      folder.write('odd-images-idx3-ubyte', idx([3, 8, 8], counting(192)));
      folder.write('odd-labels-idx1-ubyte', idx([2], [7, 1]));
      const probe = await open('odd-images-idx3-ubyte');
      assert.match(probe.assumptions.join('\n'), /odd-labels-idx1-ubyte has 2 labels, .* 3 pictures: it was left out/);
    });

    it('has its classes called as the model calls them, where nothing beside it does and the counts agree', async () => {
      const file = folder.write('bare/t10k-images-idx3-ubyte', idx([3, 8, 8], counting(192)));
      folder.write('bare/t10k-labels-idx1-ubyte', idx([3], [2, 0, 2]));
      folder.write('net/labels.txt', 'shirt\nshoe\nbag\n');
      const labels = async (classes: number | string, names?: string) => {
        const model = modelWith(
          { image: ['float', ['N', 1, 8, 8]] },
          {
            path: folder.path('net/net.onnx'),
            outputs: { logits: ['float', ['N', classes]] },
            metadata: names ? { names } : {},
          },
        );
        const probe = await openProbe({ kind: 'data', path: file }, model, { bundledFolder: '' });
        const said = probe.assumptions.some((sentence) =>
          /they are called as the model calls its 3 outputs/.test(sentence),
        );
        return [(await probe.view(0)).labels[0], (await probe.view(1)).labels[0], said];
      };
      assert.deepEqual(await labels(3), ['bag', 'shirt', true]);
      assert.deepEqual(await labels('C'), ['bag', 'shirt', true]);
      assert.deepEqual(await labels(3, "{0: 'a', 1: 'b', 2: 'c'}"), ['c', 'a', true], 'from its metadata');
      // A network of another number of classes means something else by its names.
      assert.deepEqual(await labels(4), ['2', '0', false]);
      folder.write('net/labels.txt', 'shirt\nshoe\nbag\nhat\n');
      assert.deepEqual(await labels(4), ['2', '0', false]);
      // What lies beside the data goes first.
      folder.write('bare/classes.txt', 'x\ny\nz\n');
      assert.deepEqual(await labels(3, "['a', 'b', 'c']"), ['z', 'x', false]);
    });

    it('keeps two classes of one name apart', async () => {
      folder.write('cranes/t10k-images-idx3-ubyte', idx([3, 8, 8], counting(192)));
      folder.write('cranes/t10k-labels-idx1-ubyte', idx([3], [2, 0, 1]));
      folder.write('cranes/labels.txt', 'crane\ntrain\ncrane\n');
      const probe = await open('cranes/t10k-images-idx3-ubyte');
      const { labels } = await probe.view(0);
      assert.deepEqual([labels, (await probe.view(1)).labels], [['crane (2)'], ['crane (0)']]);
    });

    it('has its head read alone', async () => {
      folder.write('head-idx3-ubyte.gz', gzipSync(idx([3, 8, 8], counting(192))));
      assert.deepEqual(await idxHead(folder.path('head-idx3-ubyte.gz')), { dims: [3, 8, 8], offset: 16 });
    });
  });

  describe('CIFAR, binary version', () => {
    const record = (labels: number[], shade: number) => [
      ...labels,
      ...Array.from({ length: 3 }, (_, plane) => Array.from({ length: 1024 }, () => shade + plane)).flat(),
    ];

    it('10: a label, then planes of red, green and blue; names from batches.meta.txt', async () => {
      folder.write('cifar/test_batch.bin', Buffer.from([...record([3], 10), ...record([0], 20)]));
      folder.write('cifar/batches.meta.txt', 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n');
      const probe = await open('cifar/test_batch.bin', coloured);
      assert.equal(probe.samples, 2);
      assert.deepEqual((await probe.view(0)).labels, ['cat']);
      const { dims, values } = await first('cifar/test_batch.bin', coloured, 2);
      assert.deepEqual(dims, [2, 3, 32, 32]);
      assert.deepEqual([values[0], values[1024], values[2048], values[3072]], [10, 11, 12, 20]);
    });

    it('100: the fine one of two labels', async () => {
      folder.write('cifar100/test.bin', Buffer.from([...record([4, 87], 1), ...record([1, 9], 2)]));
      const probe = await open('cifar100/test.bin', coloured);
      assert.deepEqual([(await probe.view(0)).labels, (await probe.view(1)).labels], [['87'], ['9']]);
      assert.match(probe.assumptions.join(), /read as CIFAR-100; no file beside it names its classes/);
    });

    it('of another length, or with labels that it has not, is refused', async () => {
      folder.write('bad/data_batch_1.bin', Buffer.alloc(3000));
      await assert.rejects(
        open('bad/data_batch_1.bin', coloured),
        /3,000 bytes are no whole number of CIFAR's records/,
      );
      folder.write('bad/data_batch_1.bin', Buffer.from(record([10], 1)));
      await assert.rejects(open('bad/data_batch_1.bin', coloured), /picture 0 is of class 10, and CIFAR-10 has 10/);
    });
  });

  describe('arrays of bytes', () => {
    it('in an .npz, under any key, are pictures with classes', async () => {
      const pictures = Uint8Array.from(counting(2 * 8 * 8));
      const arrays = {
        'X_val.npy': npy('|u1', [2, 8, 8], pictures),
        'targets.npy': npy('<i8', [2], BigInt64Array.of(4n, 9n)),
        'weights.npy': npy('<f4', [2], Float32Array.of(1, 2)),
      };
      folder.write('set.npz', zipSync(arrays));
      const probe = await open('set.npz');
      assert.deepEqual([probe.kind, probe.samples], ['images', 2]);
      assert.deepEqual((await probe.view(1)).labels, ['9']);
      assert.deepEqual((await first('set.npz')).values, counting(64));
      assert.match(probe.assumptions.join('\n'), /The classes are those of set\.npz:targets\./);
    });

    it('have their channels before or after the places; alpha is dropped', async () => {
      const planes = Uint8Array.from({ length: 3 * 1024 }, (_, i) => Math.floor(i / 1024) + 5);
      const pixels = Uint8Array.from({ length: 4 * 1024 }, (_, i) => (i % 4) + 5);
      folder.write('planes.npy', npy('|u1', [1, 3, 32, 32], planes));
      folder.write('pixels.npy', npy('|u1', [1, 32, 32, 4], pixels));
      for (const file of ['planes.npy', 'pixels.npy']) {
        const { values } = await first(file, coloured);
        assert.deepEqual([values[0], values[1024], values[2048]], [5, 6, 7]);
      }
    });

    it('of floats are inputs that are ready as they are', async () => {
      folder.write('ready.npy', npy('<f4', [2, 8, 8], new Float32Array(128)));
      assert.equal((await open('ready.npy')).kind, 'arrays');
    });
  });
});
