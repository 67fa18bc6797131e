import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { placesOf, type Concept } from '../../../src/engine/concept/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { openProbe } from '../../../src/engine/probe/openProbe.js';
import { PredictedPlaces, type PlaceRule } from '../../../src/engine/probe/predictedPlaces.js';
import { toActivationBatch } from '../../../src/engine/runtime/index.js';
import { npy } from '../../support/npyFile.js';
import { modelBytes } from '../../support/onnxFile.js';
import { sharedData } from '../../support/sharedData.js';
import { testFolder } from './folder.js';

/** The concept's places, row by row: `10/01`. */
const drawn = ({ ofPositions }: Concept, sample: number, height: number, width: number): string => {
  const [bits] = placesOf(ofPositions!, sample, height * width);
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => (bits >>> (y * width + x)) & 1).join('')).join('/'); // prettier-ignore
};

describe('what a segmentation predicts, as concepts of places', () => {
  const folder = testFolder();
  const read = (
    dims: number[],
    values: number[],
    unitAxis: number | null,
    rule: PlaceRule,
    size: [number, number],
    names: string[] | null = null,
  ) => {
    const places = new PredictedPlaces(dims[0], { height: size[0], width: size[1] });
    const tensor = { type: 'float32' as const, dims, data: Float32Array.from(values) };
    places.add(toActivationBatch(tensor, { unitAxis }, 0, dims[0], dims[0]), rule);
    const { concepts, notes } = places.concepts(names);
    const list = Object.fromEntries(concepts.map((one) => [one.name, dims.length && Array.from({ length: dims[0] }, (_, i) => drawn(one, i, ...size))])); // prettier-ignore
    return { list, notes, classes: places.classes };
  };
  const scores: PlaceRule = { kind: 'scores' };

  it('are where a class has the highest score, channels first or last', () => {
    // Class 1 wins on the diagonal; the tie at the lower left is class 0's, and NaN is nobody's.
    const zero = [0, 2, 1, NaN];
    const one = [1, 1, 1, NaN];
    const wanted = { 'predicts sky': ['01/10'], 'predicts road': ['10/00'] };
    const names = ['sky', 'road'];
    assert.deepEqual(read([1, 2, 2, 2], [...zero, ...one], 1, scores, [2, 2], names).list, wanted);
    const last = zero.flatMap((value, i) => [value, one[i]]);
    assert.deepEqual(read([1, 2, 2, 2], last, 3, scores, [2, 2], names).list, wanted);
  });

  it('take the pixel in which the centre of a place lies', () => {
    // Of 6 columns 4 places have their centres at 0.75, 2.25, 3.75, 5.25: columns 0, 2, 3, 5. Of 4 rows 2: rows 1 and 3.
    const map = ['000000', '111000', '000000', '010101'].join('').split('').map(Number);
    const flat = [...map.map((on) => 1 - on), ...map];
    assert.deepEqual(read([1, 2, 4, 6], flat, 1, scores, [2, 4]).list['predicts class 1'], ['1100/0011']);
    // Larger masks repeat pixels: 2 columns over 5 places have centres at 0.2, 0.6, 1, 1.4, 1.8.
    assert.deepEqual(read([1, 2, 1, 2], [1, 0, 0, 1], 1, scores, [1, 5]).list['predicts class 0'], ['11000']);
  });

  it('are those of one probability above a half, or of class numbers', () => {
    const probability = read([2, 1, 2, 2], [0.6, 0.5, 0, 1, 0, 0, 0, 0.4], 1, { kind: 'probability' }, [2, 2]);
    assert.deepEqual(probability.list, { 'predicts class 0': ['01/10', '11/11'], 'predicts class 1': ['10/01', '00/00'] }); // prettier-ignore
    // samples × height × width without an axis of classes; -1 is no class.
    const numbers = read([1, 2, 3], [2, 0, 0, -1, 2, 7], 2, { kind: 'number', byColumn: true }, [2, 3]);
    assert.deepEqual(numbers.list, { 'predicts class 0': ['011/000'], 'predicts class 2': ['100/010'], 'predicts class 7': ['000/001'] }); // prettier-ignore
    assert.equal(numbers.classes, 8);
  });

  it('that are everywhere the same make no concept, and that is said', () => {
    const { list, notes } = read([1, 2, 1, 2], [1, 1, 0, 0], 1, scores, [1, 2]);
    assert.deepEqual([list, notes], [{}, ['The model predicts the same class everywhere, so no concept is made of it.']]); // prettier-ignore
  });

  /** A model that gives what it is given. */
  const model = (shape: (number | string)[]) =>
    readModel(folder.write('id.onnx', modelBytes({ nodes: [{ op: 'Identity', in: ['x'], out: ['y'] }], inputs: { x: { shape } }, outputs: { y: { shape } } }))); // prettier-ignore
  const concepts = async (
    outputs: unknown,
    masks: [number, number] | null,
    shape: (number | string)[] = ['N', 2, 4, 4],
  ) => {
    // The left half is class 0 in the first sample; all of the second is.
    const left = Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 1 : 0));
    folder.write('x.npy', npy('<f4', [2, 2, 4, 4], Float32Array.from([...left, ...left.map((v) => 1 - v), ...Array<number>(16).fill(1), ...Array<number>(16).fill(0)]))); // prettier-ignore
    const mask = masks === null ? npy('|b1', [2], Uint8Array.of(1, 0)) : npy('|b1', [2, ...masks], Uint8Array.from({ length: 2 * masks[0] * masks[1] }, (_, i) => i % 2)); // prettier-ignore
    folder.write('c.npz', zipSync({ 'given.npy': mask }));
    const file = folder.write('p.probe.json', JSON.stringify({ kind: 'arrays', data: 'x.npy', concepts: 'c.npz', outputs })); // prettier-ignore
    const probe = await openProbe({ kind: 'file', path: file }, await model(shape), { bundledFolder: '' });
    return probe.concepts(2);
  };

  it('stand at the places of the masks that there are, else of masks of their own', async () => {
    const beside = await concepts(['sky', 'road'], [2, 2]);
    assert.deepEqual([beside.height, beside.width, beside.concepts.map(({ name }) => name)], [2, 2, ['given', 'predicts sky', 'predicts road']]); // prettier-ignore
    const [, sky, road] = beside.concepts;
    assert.deepEqual([drawn(sky, 0, 2, 2), drawn(road, 0, 2, 2), drawn(sky, 1, 2, 2), drawn(road, 1, 2, 2)], ['10/10', '01/01', '11/11', '00/00']); // prettier-ignore
    // In a layer without places a class holds of the samples in which it is somewhere.
    assert.deepEqual([sky.ofSamples![0], road.ofSamples![0]], [0b11, 0b01]);

    const alone = await concepts(true, null);
    assert.deepEqual([alone.height, alone.width], [4, 4]);
    assert.equal(drawn(alone.concepts[1], 0, 4, 4), '1100/1100/1100/1100');
  });

  it('have as many names as the model has classes, and no quarters', async () => {
    await assert.rejects(concepts(['sky'], null), /"outputs" names 1 classes, and the model predicts 2/);
    await assert.rejects(concepts('values', null), /quarters of each output, and this model gives a map of each/);
  });

  it('of the street are road, kerb and marks in photographs of streets', async function () {
    this.timeout(60_000);
    const street = await readModel(sharedData(this, 'models/segmentation/road_segmentation_adas_0001.onnx'));
    const data = [0, 1].map((i) => sharedData(this, `images/ort_street_detection_${i}.jpg`));
    const names = ['background', 'road', 'kerb', 'mark'];
    const preprocess = { resize: [512, 896], channels: 'bgr', scale: 1 };
    const file = folder.write('s.probe.json', JSON.stringify({ kind: 'images', data, concepts: { auto: false }, outputs: names, preprocess })); // prettier-ignore
    const probe = await openProbe({ kind: 'file', path: file }, street, { bundledFolder: '' });
    const set = await probe.concepts(2);
    const road = set.concepts.find(({ name }) => name === 'predicts road')!;
    const share = (sample: number, from: number, to: number): number => {
      const bits = placesOf(road.ofPositions!, sample, set.height * set.width);
      let held = 0;
      for (let place = from * set.width; place < to * set.width; place++) held += (bits[place >>> 5] >>> (place & 31)) & 1; // prettier-ignore
      return held / ((to - from) * set.width);
    };
    // Roads lie below the horizon.
    const half = Math.floor(set.height / 2);
    for (const sample of [0, 1]) assert.ok(share(sample, half, set.height) > share(sample, 0, half), `${share(sample, 0, half)} ${share(sample, half, set.height)}`); // prettier-ignore
  });
});
