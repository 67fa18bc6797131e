import assert from 'node:assert/strict';
import path from 'node:path';
import { encodeNpy } from '../../../src/engine/probe/npy.js';
import { openProbe, proposalToTake, proposeProbes } from '../../../src/engine/probe/index.js';
import type { OnnxModel } from '../../../src/engine/onnx/model.js';
import type { ImagesProbeFile } from '../../../src/shared/probeFile.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

const sample = path.join(projectRoot, 'media/sample');

describe('What is proposed to explain a model with', () => {
  const folder = testFolder();
  /** [origin, file name or kind] of each proposal. */
  const proposed = async (model: OnnxModel, folders: string[] = [], bundled = '/nowhere'): Promise<string[]> =>
    (await proposeProbes(model, folders, bundled)).map(
      ({ choice, origin }) =>
        `${origin}: ${'path' in choice ? path.relative(folder.path(), choice.path) : 'name' in choice ? choice.name : choice.kind}`,
    );
  const states = { kind: 'states', data: 'a.csv' };

  before(() => {
    folder.write('m/a.csv', 'x,y\n1,2\n3,4\n');
    folder.write('m/net.csv', 'x,y,reward\n1,2,3\n');
    folder.write('m/wide.csv', `${'abcdefghijkl'.split('').join()}\n${new Array(12).fill(1).join()}\n`);
    folder.write('m/narrow.csv', 'x,name\n1,a\n');
    folder.write('m/broken.csv', 'x,y\n1\n');
    folder.write('m/obs.npy', encodeNpy(new Float32Array(10), [5, 2]));
    folder.write('m/other.npy', encodeNpy(new Float32Array(15), [5, 3]));
    folder.write('m/z.probe.json', JSON.stringify(states));
    folder.write('m/net.probe.json', JSON.stringify({ ...states, columns: ['y', 'x'] }));
    folder.write('m/other.probe.json', JSON.stringify({ ...states, columns: ['x'] }));
    folder.write('m/broken.probe.json', '{');
    folder.write('m/.hidden/a.csv', 'x,y\n1,2\n');
    folder.write('w/deep/er/b.csv', 'x,y\n1,2\n');
    folder.write('w/node_modules/c.csv', 'x,y\n1,2\n');
    folder.write('w/1/2/3/4/5/far.csv', 'x,y\n1,2\n');
    for (const name of ['cats/1.png', 'cats/2.jpg', 'dogs/1.jpeg', 'notes.txt']) folder.write(`p/train/${name}`, '');
    folder.write('p/shots/one.webp', '');
  });

  it('is near the model first, its namesakes before others, and nothing that does not fit', async () => {
    const model = modelWith({ obs: ['float', ['n', 2]] }, { path: folder.path('m/net.onnx') });
    assert.deepEqual(await proposed(model, [folder.path('w'), folder.path('m')]), [
      'near the model: m/net.probe.json',
      'near the model: m/z.probe.json',
      'near the model: m/net.csv',
      'near the model: m/a.csv',
      'near the model: m/obs.npy',
      'workspace: w/deep/er/b.csv',
      'drawn: drawn',
    ]);
  });

  it('is also files of many pictures and annotations, where their pictures fit', async () => {
    const idx = Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, ...new Array<number>(2 * 784).fill(0)]);
    folder.write('idx/t10k-images-idx3-ubyte', idx);
    folder.write('idx/t10k-labels-idx1-ubyte', Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 2]));
    folder.write('cifar/test_batch.bin', Buffer.alloc(2 * 3073));
    folder.write('cifar/weights.bin', Buffer.alloc(2 * 3073));
    folder.write('coco/annotations/val.json', JSON.stringify({ images: [{ file_name: 'a.png' }], annotations: [] }));
    folder.write('coco/val/a.png', '');
    folder.write('coco/package.json', '{"name": "x"}');
    const near = async (name: string, shape: (string | number)[]) =>
      proposed(modelWith({ image: ['float', shape] }, { path: folder.path(`${name}/net.onnx`) }));
    assert.deepEqual(await near('idx', ['n', 1, 28, 28]), ['near the model: idx/t10k-images-idx3-ubyte']);
    assert.deepEqual(await near('idx', ['n', 3, 224, 224]), ['drawn: drawn']);
    assert.deepEqual(await near('cifar', ['n', 32, 32, 3]), ['near the model: cifar/test_batch.bin']);
    assert.deepEqual(await near('coco', ['n', 3, 224, 224]), [
      'near the model: coco/annotations/val.json',
      'near the model: coco/val',
    ]);
  });

  it('of which data elsewhere in the workspace are not taken for their shape alone, but for their name', async () => {
    const taken = async (name: string, folders: string[]) => {
      const model = modelWith({ obs: ['float', ['n', 2]] }, { path: folder.path(name) });
      const choice = proposalToTake(await proposeProbes(model, folders, '/nowhere'), model.path)!.choice;
      return 'path' in choice ? path.relative(folder.path(), choice.path) : choice.kind;
    };
    folder.write('v/lander_states.csv', 'x,y\n1,2\n');
    assert.equal(await taken('m/another.onnx', [folder.path('w')]), path.join('m', 'net.probe.json'));
    assert.equal(await taken('q/other.onnx', [folder.path('w')]), 'drawn');
    assert.equal(
      await taken('q/lander.onnx', [folder.path('w'), folder.path('v')]),
      path.join('v', 'lander_states.csv'),
    );
    // Nothing comes with Onnxplain or can be drawn for this one.
    const text = modelWith({ obs: ['string', ['n', 2]] }, { path: folder.path('q/a.onnx') });
    const only = proposalToTake(await proposeProbes(text, [folder.path('w')], '/nowhere'), text.path);
    assert.deepEqual([only?.origin, only?.title], ['workspace', 'b.csv · 1 row']);
  });

  it("offers the model's own probe file even where it is wrong, so that this gets said", async () => {
    const model = modelWith({ obs: ['float', ['n', 9]] }, { path: folder.path('m/net.onnx') });
    assert.deepEqual(await proposed(model), [
      'near the model: m/net.probe.json',
      'near the model: m/wide.csv',
      'drawn: drawn',
    ]);
  });

  it('is folders of pictures for a model of pictures: classes side by side are one set', async () => {
    const model = modelWith({ image: ['float', ['n', 3, 32, 32]] }, { path: folder.path('q/net.onnx') });
    const offered = await proposeProbes(model, [folder.path('p')], '/nowhere');
    assert.deepEqual(
      offered.map(({ title }) => title),
      ['train · 3 pictures', 'shots · 1 picture'],
      'without the name of the workspace, in which all of it lies',
    );
    assert.deepEqual(await proposed(modelWith({ x: ['float', ['n', 5]] }, { path: folder.path('p/net.onnx') })), [
      'drawn: drawn',
    ]);
  });

  it('is the bundled set of that kind where nothing is near', async () => {
    const bundled = async (shape: (number | string)[]) =>
      (await proposed(modelWith({ x: ['float', shape] }), [], sample)).filter((one) => one.startsWith('bundled'));
    assert.deepEqual(await bundled(['n', 4]), ['bundled: policy/policy']);
    assert.deepEqual(await bundled(['n', 1, 28, 28]), ['bundled: fashion/fashion']);
    assert.deepEqual(await bundled(['n', 3, 224, 224]), ['bundled: squeezenet/squeezenet']);
    assert.deepEqual(await bundled(['n', 224, 224, 3]), ['bundled: squeezenet/squeezenet']);
    assert.deepEqual(await bundled(['n', 5]), []);
    assert.deepEqual(await bundled(['n', 'seq']), []);
  });

  it('gives another model the bundled data, not the preparation of their own model', async () => {
    const choice = { kind: 'bundled', name: 'squeezenet/squeezenet' } as const;
    const open = (file: string, shape: (string | number)[]) =>
      openProbe(choice, modelWith({ x: ['float', shape] }, { path: file }), { bundledFolder: sample });
    const other = await open('/nowhere/m.onnx', ['n', 3, 32, 48]);
    assert.deepEqual((await other.batch(0, 2)).x.dims, [2, 3, 32, 48]);
    assert.ok(other.bundled && other.assumptions.length > 0);
    const own = await open(path.join(sample, 'squeezenet/squeezenet.onnx'), ['n', 3, 224, 224]);
    const { preprocess } = own.explicit as ImagesProbeFile;
    assert.deepEqual([preprocess?.channels, preprocess?.mean], ['bgr', [104, 117, 123]]);
    assert.match(own.title, /^squeezenet sample · \d+ pictures$/);
  });

  it('is nothing that fits a state alone, which stands beside the samples', async () => {
    const model = modelWith({ obs: ['float', ['n', 7]], state: ['float', ['n']] }, { path: folder.path('q/net.onnx') });
    folder.write('acts/one.csv', 'a\n1\n2\n');
    folder.write('acts/one.npy', encodeNpy(new Float32Array(5), [5, 1]));
    assert.deepEqual(await proposed(model, [folder.path('acts')]), ['drawn: drawn']);
    const only = modelWith({ state: ['float', ['n']] }, { path: folder.path('q/net.onnx') });
    assert.equal((await proposed(only, [folder.path('acts')]))[0], 'workspace: acts/one.csv');
  });

  it('is drawn for every input that can be, and nothing for others', async () => {
    const drawn = (type: string, shape: (number | string | null)[] | null) => proposed(modelWith({ x: [type, shape] }));
    for (const [type, shape] of [
      ['float', ['n', 43844, 1]],
      ['float', [null, null]],
      ['int64', ['n', 'seq']],
      ['int32', ['n', 2048]],
      ['float', null],
      ['float', ['n', 16, 7, 7]],
      ['bool', ['n', 3]],
      ['float', ['n', 3, 32, 32]],
    ] as const) {
      assert.deepEqual(await drawn(type, shape && [...shape]), ['drawn: drawn'], `${type} ${shape}`);
    }
    assert.deepEqual(await drawn('string', ['n', 1]), []);
    assert.deepEqual(await drawn('sequence(float)', null), []);
    assert.deepEqual(await proposed(modelWith({})), []);
  });
});
