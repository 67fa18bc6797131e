import assert from 'node:assert/strict';
import path from 'node:path';
import { computeMaps } from '../../../src/engine/map/computeMaps.js';
import { arrayInputs } from '../../../src/engine/map/inputs.js';
import type { MapJob } from '../../../src/engine/map/mapJob.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { projectRoot } from '../../support/sharedData.js';
import { assertClose } from '../cam/close.js';
import { testFolder } from '../probe/folder.js';
import { head, inputsOf, job, writeSmallModel } from './smallModel.js';

/** The first channel is what is above 0, the second what is below. */
const positive = (values: number[]) => values.map((value) => Math.max(value, 0));
const negative = (values: number[]) => values.map((value) => Math.max(-value, 0));

describe('Maps of small networks', () => {
  const folder = testFolder();

  async function draw(values: number[], places: number[], of: MapJob, batch: number | null = null) {
    const model = await readModel(writeSmallModel(folder.path('small.onnx'), places, batch));
    return computeMaps(model, inputsOf(values, places), places, of);
  }

  for (const [title, places] of [
    ['rows', [6]],
    ['planes', [2, 3]],
    ['volumes', [1, 3, 2]],
  ] as const) {
    it(`are drawn of ${title}`, async () => {
      const values = [1, -2, 3, 0, -1, 2];
      const { maps, places: sizes } = await draw(values, [...places], job('gradcam'));
      assert.deepEqual(sizes, places);
      // Class 1 has -1 and 3 on the channels, each over six places.
      const [plus, minus] = [positive(values), negative(values)];
      assertClose(maps[0], plus.map((value, i) => (-value + 3 * minus[i]) / 6), 1e-6); // prettier-ignore
      const { maps: finished } = await draw(values, [...places], job('gradcam', { raw: false }));
      assertClose([Math.min(...finished[0]), Math.max(...finished[0])], [0, 1], 1e-6);
      assert.equal(finished[0].indexOf(Math.max(...finished[0])), 1);
    });
  }

  it('are the same for a file that fixes its batch', async () => {
    const values = [1, -2, 3, 0, -1, 2, 4, -1, 0, 2, 0, -3];
    for (const method of ['gradcam', 'scorecam', 'ablationcam', 'fullgrad', 'eigencam']) {
      const layers = method === 'fullgrad' ? [] : ['relu'];
      const free = await draw(values, [2, 3], job(method, { layers }));
      for (const batch of [1, 4]) {
        const fixed = await draw(values, [2, 3], job(method, { layers }), batch);
        assert.equal(fixed.maps.length, 2);
        fixed.maps.forEach((map, i) => assertClose(map, free.maps[i], 1e-5));
      }
    }
  });

  it('weigh channels by what is left when they are ablated, and by what they let through', async () => {
    const values = [1, -2, 3, 0, -1, 2];
    // Means of the channels are 1 and 0.5, so that the score is -1 + 1.5 = 0.5; without the first 1.5, without the second -1.
    const ablated = await draw(values, [2, 3], job('ablationcam'));
    const weights = [(0.5 - 1.5) / 0.5, (0.5 + 1) / 0.5];
    const [plus, minus] = [positive(values), negative(values)];
    assertClose(ablated.maps[0], plus.map((value, i) => weights[0] * value + weights[1] * minus[i]), 1e-5); // prettier-ignore

    // Seen through a channel, the input is x · a / max(a): 1/3, 0, 3, 0, 0, 4/3 and 0, -2, 0, 0, -1/2, 0.
    const through = [-(14 / 3) / 6, (3 * 2.5) / 6];
    const sum = Math.exp(through[0]) + Math.exp(through[1]);
    const scored = await draw(values, [2, 3], job('scorecam'));
    assertClose(
      scored.maps[0],
      plus.map((value, i) => (Math.exp(through[0]) * value + Math.exp(through[1]) * minus[i]) / sum),
      1e-5,
    );
  });

  it('are drawn for several classes at once as for each alone', async () => {
    const values = [1, -2, 3, 0, -1, 2, 4, -1, 0, 2, 0, -3];
    for (const method of ['gradcam', 'scorecam', 'ablationcam', 'layercam', 'smoothgradcam++']) {
      const both = await draw(values, [2, 3], job(method, { classes: [1, 0] }));
      const alone = [await draw(values, [2, 3], job(method)), await draw(values, [2, 3], job(method, { class: 0 }))];
      assert.deepEqual(both.classes, [1, 0, 1, 0]);
      both.maps.forEach((map, i) => assertClose(map, alone[i % 2].maps[Math.floor(i / 2)], 1e-6));
    }
  });

  it('are drawn for each input’s own highest class where none is named', async () => {
    const { classes, top } = await draw([1, 2, 3, -1, -2, -3], [3], job('gradcam', { class: null }));
    assert.deepEqual(classes, [0, 1]);
    // The mean of the first channel is 2: scores 4 and -2.
    assertClose(top[0].map(({ score }) => score), [2 * head[0][0], 2 * head[1][0]], 1e-6); // prettier-ignore
  });

  it('of chosen channels add up to the map of all', async () => {
    const values = [1, -2, 3, 0, -1, 2];
    const parts = [
      await draw(values, [2, 3], job('gradcam', { units: [0] })),
      await draw(values, [2, 3], job('gradcam', { units: [1] })),
    ].map(({ maps }) => maps[0]);
    const whole = await draw(values, [2, 3], job('gradcam', { units: [0, 1] }));
    assertClose(whole.maps[0], parts[0].map((value, i) => value + parts[1][i]), 1e-6); // prettier-ignore
    assertClose(parts[0], positive(values).map((value) => -value / 6), 1e-6); // prettier-ignore
  });

  it('are averaged over the input, its mirror image and their multiples', async () => {
    // ReLU and means only scale with the input, so that each of the six finished maps is that of the input as it is.
    const values = [1, -2, 3, 0, -1, 2];
    const smooth = await draw(values, [2, 3], job('gradcam', { raw: false, augSmooth: true }));
    const plain = await draw(values, [2, 3], job('gradcam', { raw: false }));
    assertClose(smooth.maps[0], plain.maps[0], 1e-6);
  });

  it('depend on the seed alone where they are drawn by chance', async () => {
    // Noise shows where the gradient depends on the input.
    const networks = path.join(projectRoot, 'test', 'parity', 'networks');
    const model = await readModel(path.join(networks, 'vgg.dynamo.onnx'));
    const { inputs, size } = await arrayInputs(model, `${path.join(networks, 'vgg.npz')}:input`);
    const noisy = async (seed: number, samples = 2) =>
      (await computeMaps(model, { ...inputs, samples }, size, job('smoothgradcam++', { layers: ['relu_3'], seed })))
        .maps;
    const [one, again, other] = [await noisy(1), await noisy(1), await noisy(2)];
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
    // The first input's noise is its own, whatever comes with it.
    assertClose((await noisy(1, 1))[0], one[0], 1e-4);
  });

  it('tell how far they are, and end when asked to', async () => {
    const shares: number[] = [];
    const stop = new AbortController();
    const model = await readModel(writeSmallModel(folder.path('small.onnx'), [2, 3]));
    const inputs = inputsOf([1, -2, 3, 0, -1, 2], [2, 3]);
    await computeMaps(model, inputs, [2, 3], job('scorecam'), {
      onProgress: (done, total) => shares.push(done / total),
    });
    assert.equal(shares.at(-1), 1);
    const work = computeMaps(model, inputs, [2, 3], job('scorecam'), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(work, { name: 'AbortError' });
  });

  it('say so where nothing speaks for the class', async () => {
    // Only the first channel is active, and class 1 has -1 on it.
    const { maps, notes } = await draw([1, 2, 3, 4, 5, 6], [2, 3], job('gradcam', { raw: false }));
    assertClose(maps[0], [0, 0, 0, 0, 0, 0], 0);
    assert.match(notes.join(' '), /A map is empty/);
  });

  it('refuse what they can’t be drawn of', async () => {
    const values = [1, -2, 3, 0, -1, 2];
    const cases: [Partial<MapJob>, RegExp][] = [
      [{ layers: ['head'] }, /has no places/],
      [{ class: 2 }, /there is no class 2/],
      [{ units: [2] }, /has no neuron 2/],
      [{ region: { x: 0, y: 0, width: 1, height: 1 } }, /has no places, so a region says nothing/],
      [{ box: 0 }, /holds no boxes/],
    ];
    for (const [more, message] of cases) await assert.rejects(draw(values, [2, 3], job('gradcam', more)), message);
  });
});
