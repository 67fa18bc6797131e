import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { onnxplain } from '../../support/commandLine.js';
import { npy, readNpy } from '../../support/npyFile.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from '../probe/folder.js';
import { writeSmallNetwork } from './smallNetwork.js';

const sample = (...parts: string[]) => path.join(projectRoot, 'media', 'sample', ...parts);
const squeezenet = sample('squeezenet', 'squeezenet.onnx');
const fashion = sample('fashion', 'fashion.onnx');
const photos = sample('squeezenet', 'photos');
const photo = path.join(photos, readdirSync(photos).sort()[0]);
const probe = sample('squeezenet', 'squeezenet.probe.json');

describe('onnxplain cam', function () {
  this.timeout(30_000);
  const folder = testFolder();

  async function map(...args: string[]): Promise<ReturnType<typeof readNpy> & { stderr: string }> {
    const out = folder.path('map.npy');
    const { code, stdout, stderr } = await onnxplain(['cam', ...args, '--out', out]);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    return { ...readNpy(readFileSync(out)), stderr };
  }

  /** Five pictures of each of two classes, prepared as the network's own training code does it. */
  function batch(): string {
    const classes = ['sneaker', 'trouser'];
    const values = classes.flatMap((name) =>
      Array.from({ length: 5 }, (_, i) => {
        const file = sample('fashion', 'pictures', name, `${String(i + 1).padStart(4, '0')}.png`);
        return [...decode(readFileSync(file)).data].map((pixel) => (Number(pixel) / 255 - 0.286) / 0.353);
      }),
    );
    return folder.write('batch.npy', npy('<f4', [10, 1, 28, 28], Float32Array.from(values.flat())));
  }

  it('writes one map in [0, 1] at the resolution of the input', async () => {
    const { shape, values, stderr } = await map(squeezenet, '--image', photo, '--probe', probe, '--method', 'eigencam');
    assert.deepEqual(shape, [1, 224, 224]);
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    assert.ok(Math.max(...values) > 0.999 && Math.min(...values) === 0);
    assert.match(stderr, /^map\.npy: Eigen-CAM of \S+, highest class \d+/m);
  });

  it('writes an overlay as a picture', async () => {
    const out = folder.path('made', 'overlay.png');
    const { code } = await onnxplain([
      'cam', squeezenet, '--image', photo, '--probe', probe, '--method', 'cam', '--out', out, '--quiet',
    ]); // prettier-ignore
    assert.equal(code, 0);
    const { width, height, data } = decode(readFileSync(out));
    assert.deepEqual([width, height], [224, 224]);
    assert.ok(new Set(data).size > 50);
  });

  it('says what it assumed about a picture that no probe file describes', async () => {
    const { stderr } = await map(squeezenet, '--image', photo, '--method', 'eigencam');
    assert.match(stderr, /ImageNet/);
  });

  it('draws a batch, each input for its own highest class, or all for the one that is named', async () => {
    const own = await map(fashion, '--input', batch(), '--method', 'cam');
    assert.deepEqual(own.shape, [10, 28, 28]);
    const names = readFileSync(sample('fashion', 'labels.txt'), 'utf8').trimEnd().split('\n');
    const [sneaker, trouser] = ['sneaker', 'trouser'].map((name) => names.indexOf(name));
    assert.match(own.stderr, new RegExp(`, class .*(${sneaker} sneaker, ){3}`));
    const [byNumber, byName] = [
      await map(fashion, '--input', batch(), '--method', 'cam', '--class', String(trouser)),
      await map(fashion, '--input', batch(), '--method', 'cam', '--class', 'Trouser'),
    ];
    assert.deepEqual(byNumber.values, byName.values);
    const half = own.values.length / 2;
    assert.notDeepEqual(byName.values.slice(0, half), own.values.slice(0, half));
    assert.deepEqual(byName.values.slice(half), own.values.slice(half));
  });

  it('gives the map of one input whatever stands beside it in the batch', async () => {
    const all = await map(
      fashion,
      '--input',
      batch(),
      '--method',
      'eigencam',
      '--layer',
      'layer1',
      '--layer',
      'relu_4',
    );
    const pixels = new Float32Array(readNpy(readFileSync(batch())).values.subarray(7 * 784, 8 * 784));
    const alone = folder.write('alone.npy', npy('<f4', [1, 1, 28, 28], pixels));
    const one = await map(fashion, '--input', alone, '--method', 'eigencam', '--layer', 'layer1', '--layer', 'relu_4');
    one.values.forEach((value, i) => assert.ok(Math.abs(value - all.values[7 * 784 + i]) < 1e-4));
  });

  it('averages the raw maps of several layers at their own resolution', async () => {
    const raw = (...layers: string[]) =>
      map(
        fashion,
        '--input',
        batch(),
        '--method',
        'activation',
        '--unit',
        '3',
        '--raw',
        ...layers.flatMap((name) => ['--layer', name]),
      );
    const [one, other, both] = [await raw('relu_1'), await raw('relu_2'), await raw('relu_1', 'relu_2')];
    assert.deepEqual(both.shape, [10, 14, 14]);
    both.values.forEach((value, i) => assert.ok(Math.abs(value - (one.values[i] + other.values[i]) / 2) < 1e-6));
    assert.ok(one.values.some((value) => value > 1));
    const { code, stderr } = await onnxplain(['cam', fashion, '--input', batch(), '--method', 'eigencam', '--raw', '--layer', 'relu', '--layer', 'relu_4', '--out', folder.path('x.npy')]); // prettier-ignore
    assert.equal(code, 1);
    assert.match(stderr, /raw maps of layers with different sizes cannot be averaged: name one layer/);
  });

  it('draws by gradients and by scores, smoothed too', async function () {
    this.timeout(120_000);
    const methods = ['gradcam', 'smoothgradcam++', 'fullgrad', 'scorecam', 'ablationcam', 'kpcacam'];
    for (const method of methods) {
      const { shape, values } = await map(fashion, '--input', batch(), '--method', method);
      assert.deepEqual(shape, [10, 28, 28]);
      assert.ok(values.every((value) => value >= 0 && value <= 1) && Math.max(...values) > 0.99, method);
    }
    const draw = (...options: string[]) => map(fashion, '--input', batch(), '--method', 'gradcam', ...options);
    const plain = await draw();
    assert.notDeepEqual((await draw('--eigen-smooth')).values, plain.values);
    assert.notDeepEqual((await draw('--aug-smooth')).values, plain.values);
    // The output is the logits themselves: there is nothing between them and a probability.
    assert.deepEqual((await draw('--probability')).values, plain.values);
  });

  it('draws Grad-CAM over pooling and one linear layer as CAM, up to the scale', async () => {
    const [gradient, weights] = [
      await map(fashion, '--input', batch(), '--method', 'gradcam'),
      await map(fashion, '--input', batch(), '--method', 'cam'),
    ];
    gradient.values.forEach((value, i) => assert.ok(Math.abs(value - weights.values[i]) < 1e-4));
  });

  it('draws several classes of each input, and chosen channels', async () => {
    const both = await map(fashion, '--input', batch(), '--method', 'gradcam', '--class', '7', '--class', 'trouser');
    assert.deepEqual(both.shape, [10, 2, 28, 28]);
    const one = await map(fashion, '--input', batch(), '--method', 'gradcam', '--class', 'trouser');
    assert.deepEqual(both.values.slice(784, 2 * 784), one.values.slice(0, 784));
    const some = await map(fashion, '--input', batch(), '--method', 'gradcam', '--class', '7', '--units', '0-3');
    assert.notDeepEqual(some.values.slice(0, 784), both.values.slice(0, 784));
  });

  it('draws by chance from the seed alone', async () => {
    const draw = (...seed: string[]) => map(fashion, '--input', batch(), '--method', 'randomcam', '--raw', ...seed);
    const [one, same, other] = [await draw(), await draw('--seed', '0'), await draw('--seed', '1')];
    assert.deepEqual(one.values, same.values);
    assert.notDeepEqual(one.values, other.values);
  });

  it('refuses in one sentence, and leaves what is there', async () => {
    const { model } = writeSmallNetwork(folder.path('net'));
    const flat = folder.write('flat.npy', npy('<f4', [4, 784], new Float32Array(4 * 784)));
    const wide = folder.write('wide.npy', npy('<f4', [1, 1, 32, 32], new Float32Array(1024)));
    const obs = folder.write('obs.npy', npy('<f4', [1, 1, 1, 3], new Float32Array(3)));
    const old = folder.write('old.npy', 'old');
    const refusals: [string[], RegExp][] = [
      [[fashion, '--input', flat], /flat\.npy: a batch of pictures is N × C × H × W or N × H × W × C, got 4 × 784/],
      [[fashion, '--input', wide], /input "image" wants .*1 × 28 × 28/],
      [[fashion, '--input', batch(), '--class', '10'], /there is no class 10: classes are numbered from 0 to 9/],
      [[fashion, '--input', batch(), '--class', 'hat'], /class "hat" is none of the model’s classes/],
      [[fashion, '--input', batch(), '--output', 'loss'], /there is no output "loss": the outputs are "logits"/],
      [[fashion, '--input', batch(), '--layer', 'logits'], /layer "logits" has no places/],
      [[fashion, '--input', batch(), '--layer', 'relu_9'], /no layer is called "relu_9": did you mean .*"relu/],
      [[model, '--input', obs], /small\.onnx/],
      [[model, '--image', photo], /input "obs"/],
      [[squeezenet, '--image', folder.path('none.png')], /none\.png/],
      [[squeezenet, '--image', folder.write('text.png', 'no picture')], /text\.png/],
    ];
    for (const [args, sentence] of refusals) {
      const { code, stderr } = await onnxplain(['cam', ...args, '--method', 'eigencam', '--out', old, '--quiet']);
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, sentence);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
    assert.equal(readFileSync(old, 'utf8'), 'old');
    const several = await onnxplain(['cam', fashion, '--input', batch(), '--method', 'eigencam', '--out', folder.path('o.png'), '--quiet']); // prettier-ignore
    assert.equal(several.code, 1);
    assert.match(several.stderr, /a picture shows one map, and there are 10 inputs: write the maps to a \.npy file/);
    const head = await onnxplain(['cam', fashion, '--input', batch(), '--method', 'cam', '--layer', 'relu_1', '--out', old, '--quiet']); // prettier-ignore
    assert.match(head.stderr, /CAM needs the layer before the pooling head, "relu_4", not "relu_1"/);
  });
});
