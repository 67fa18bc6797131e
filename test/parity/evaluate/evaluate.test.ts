import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  adcc,
  boxIousByThreshold,
  coherency,
  complexity,
  deletion,
  drop,
  energyInside,
  explanationOf,
  insertion,
  linearImputation,
  maxBoxAccuracy,
  type Planes,
  pointsAt,
  road,
  SeedIou,
  spearman,
} from '../../../src/engine/evaluate/index.js';
import { gaussianBlur } from '../../../src/engine/evaluate/gaussianBlur.js';

interface Curve {
  probabilities: number[];
  area: number;
}

/** Made by reference.py with the authors' own code. */
const reference = JSON.parse(readFileSync(path.join(import.meta.dirname, 'reference.json'), 'utf8')) as {
  side: number;
  class: number;
  image: number[];
  weights: number[];
  map: number[];
  blurred: number[];
  deletion: Curve;
  insertion: Curve;
  imputed: number[];
  road: { mostRelevantFirst: number; leastRelevantFirst: number };
  adcc: { whole: number; explained: number; coherency: number; complexity: number; drop: number; adcc: number };
  boxes: { map: number[]; truth: number[][]; ious: number[] };
};

const { side } = reference;
const input: Planes = { values: Float32Array.from(reference.image), channels: 3, height: side, width: side };
const map = Float32Array.from(reference.map);

/** softmax(W x) of the class. */
async function probability(pictures: readonly Float32Array[]): Promise<Float64Array> {
  const size = input.values.length;
  return Float64Array.from(pictures, (picture) => {
    const logits = Array.from({ length: reference.weights.length / size }, (_, row) =>
      picture.reduce((sum, value, i) => sum + value * reference.weights[row * size + i], 0),
    );
    const all = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return Math.exp(logits[reference.class]) / all;
  });
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `at ${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

describe('metrics of maps, as their authors compute them', () => {
  it('deletion and insertion (RISE)', async () => {
    close(gaussianBlur(input, 11, 5), reference.blurred, 1e-6);
    for (const [name, metric] of Object.entries({ deletion, insertion })) {
      const curve = await metric(input, map, probability);
      const expected = reference[name as 'deletion' | 'insertion'];
      close(curve.probabilities, expected.probabilities, 1e-5);
      close([curve.area], [expected.area], 1e-5);
    }
  });

  it('linear imputation (ROAD, as pytorch-grad-cam has it)', async () => {
    const sorted = Float32Array.from(map).sort();
    const rank = 0.4 * (sorted.length - 1);
    const threshold = sorted[Math.floor(rank)] + (rank % 1) * (sorted[Math.ceil(rank)] - sorted[Math.floor(rank)]);
    const keep = Uint8Array.from(map, (value) => Number(value < threshold));
    close(await linearImputation(input, keep), reference.imputed, 1e-6);
  });

  it('ROAD, whose noise of 0.01 moves a probability by little', async () => {
    const result = await road(input, map, probability, 0);
    // Weights of 0.05, the difference of two of them times the noise of 600 values: 0.017 a logit, a quarter of that at most a
    // probability, a third of that the mean of nine; three standard deviations.
    const moved = (3 * (Math.SQRT2 * 0.05 * 0.01 * Math.sqrt(600))) / 4 / 3;
    close([result.mostRelevantFirst], [reference.road.mostRelevantFirst], moved);
    close([result.leastRelevantFirst], [reference.road.leastRelevantFirst], moved);
    assert.equal(result.combined, (result.leastRelevantFirst - result.mostRelevantFirst) / 2);
    assert.deepEqual(await road(input, map, probability, 0), result);
  });

  it('average drop, coherency, complexity and ADCC', async () => {
    const expected = reference.adcc;
    const explained = explanationOf(input, map);
    const [whole, part] = await probability([input.values, explained]);
    close([whole, part], [expected.whole, expected.explained], 1e-6);
    const again = map.map((_, i) => [0, 1, 2].reduce((sum, c) => sum + Math.abs(explained[c * map.length + i]) / 3, 0));
    const parts = [coherency(map, again), complexity(map), drop(whole, part)];
    close(parts, [expected.coherency, expected.complexity, expected.drop], 1e-6);
    close([adcc(parts[0], parts[1], parts[2])], [expected.adcc], 1e-6);
  });

  it('boxes and their IoUs at 1,000 thresholds (MaxBoxAccV2)', () => {
    const truth = reference.boxes.truth.map(([x0, y0, x1, y1]) => ({ x0, y0, x1, y1 }));
    const ious = boxIousByThreshold(Float32Array.from(reference.boxes.map), side, truth);
    close(ious, reference.boxes.ious, 1e-9);
    const best = Math.max(...reference.boxes.ious);
    assert.equal(maxBoxAccuracy([ious]), [0.3, 0.5, 0.7].filter((iou) => best >= iou).length / 3);
  });
});

describe('metrics of maps, by arithmetic', () => {
  it('nothing is left to fill in from: zeros', async () => {
    assert.ok((await linearImputation(input, new Uint8Array(side * side))).every((value) => value === 0));
  });

  it('a constant coherency is 0, and so is an ADCC with a part that is 0', () => {
    assert.equal(coherency(new Float32Array(4), new Float32Array(4)), 0);
    assert.equal(adcc(0, 0.2, 0.3), 0);
    assert.equal(adcc(1, 1, 0.3), 0);
  });

  it('the pointing game forgives 15 pixels, not 16', () => {
    const width = 40;
    const mask = new Uint8Array(width * 3);
    mask[width + 2] = 1;
    const at = (x: number) => Float32Array.from(mask, (_, i) => (i === width + x ? 1 : 0));
    assert.equal(pointsAt(at(17), mask, width), true);
    assert.equal(pointsAt(at(18), mask, width), false);
    assert.equal(pointsAt(at(2), new Uint8Array(width * 3), width), null);
  });

  it('energy inside a mask counts nothing below 0', () => {
    const mask = Uint8Array.of(1, 0, 0, 1);
    assert.equal(energyInside(Float32Array.of(3, 1, -7, -2), mask), 0.75);
    assert.equal(energyInside(new Float32Array(4), mask), null);
  });

  it('ranks share their mean where values are equal (Spearman)', () => {
    // Ranks 0.5 0.5 2 3 against 0 1 2 3: covariance 4.5 / sqrt(4.5 × 5).
    assert.ok(Math.abs(spearman([1, 1, 2, 9], [1, 2, 3, 4]) - 4.5 / Math.sqrt(22.5)) < 1e-12);
  });

  it('seeds: the best background of all, classes that occur', () => {
    const seeds = new SeedIou();
    // Class 7 at 0.3 where it is, 0.2 where it is not: any background from 0.2 to 0.29 separates them.
    seeds.add(new Map([[7, Float32Array.of(0.3, 0.3, 0.2, 0.2)]]), Int32Array.of(7, 7, -1, -1));
    assert.equal(seeds.result()!.meanIou, 1);
    // A second picture, all of it class 3, where the map says nothing: class 3 and a half of the background are lost.
    seeds.add(new Map([[3, new Float32Array(2)]]), Int32Array.of(3, 3));
    assert.equal(seeds.result()!.meanIou, (1 + 2 / 4 + 0) / 3);
  });
});
