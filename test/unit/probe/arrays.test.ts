import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { placesOf } from '../../../src/engine/concept/placeMask.js';
import type { OnnxModel } from '../../../src/engine/onnx/model.js';
import { openProbe, probeFileText } from '../../../src/engine/probe/index.js';
import { encodeNpy, sizeOf } from '../../../src/engine/probe/npy.js';
import { parseProbeFile } from '../../../src/engine/probe/probeFile.js';
import { UserError } from '../../../src/shared/userError.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

const ramp = (shape: number[]): Uint8Array =>
  encodeNpy(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );

/** A `.npz` of float32 arrays. */
const archive = (arrays: Record<string, [number[], number[]]>): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(arrays).map(([key, [values, shape]]) => [
        `${key}.npy`,
        encodeNpy(Float32Array.from(values), shape),
      ]),
    ),
  );

describe('A probe set of arrays', () => {
  const folder = testFolder();
  const cube = modelWith({ x: ['float', ['n', 2, 2, 3]] });
  const open = (file: object, model: OnnxModel = cube) =>
    openProbe(
      { kind: 'file', path: folder.write('p.probe.json', JSON.stringify({ kind: 'arrays', ...file })) },
      model,
      {
        bundledFolder: '/nowhere',
      },
    );
  const refusal = async (file: object, model?: OnnxModel): Promise<string> => {
    try {
      await open(file, model);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.sentence;
    }
    return assert.fail('it was opened');
  };
  before(() => {
    folder.write('x.npy', ramp([3, 2, 2, 3]));
    folder.write('flat.npy', ramp([3, 12]));
  });

  it('feeds samples as they are, from .npy and .npz alike', async () => {
    folder.write('x.npz', zipSync({ 'x.npy': ramp([3, 2, 2, 3]), 'y.npy': ramp([3]) }));
    for (const data of ['x.npy', 'x.npz:x']) {
      const probe = await open({ data });
      const { x } = await probe.batch(1, 5);
      assert.deepEqual([probe.samples, x.dims, x.type], [3, [2, 2, 2, 3], 'float32']);
      assert.deepEqual(
        [...(x.data as Float32Array)],
        Array.from({ length: 24 }, (_, i) => 12 + i),
      );
    }
    assert.deepEqual(
      (await open({ data: 'flat.npy' })).assumptions[0],
      'flat.npy is 3 × 12: each sample is fed as 2 × 2 × 3.',
    );
  });

  it('refuses a shape that does not fit, with both', async () => {
    const other = modelWith({ x: ['float', ['n', 5]] });
    assert.match(
      await refusal({ data: 'x.npy' }, other),
      /its shape is 3 × 2 × 2 × 3, which does not fit input "x" \(n × 5\)/,
    );
    assert.match(await refusal({ data: 'x.npy' }, modelWith({ x: ['string', ['n', 5]] })), /takes text/);
    assert.match(
      await refusal({ data: 'x.npy' }, modelWith({ x: ['sequence(float)', null] })),
      /sequence\(float\), which can't be fed/,
    );
  });

  it('has the concepts of an archive: of samples, of positions, of labels', async () => {
    const places = [...new Array<number>(6).fill(0), 1, 0, 0, 0, 0, 1, ...new Array<number>(6).fill(1)];
    folder.write('c.npz', archive({ day: [[1, 0, 1], [3]], sky: [places, [3, 2, 3]], target: [[4, 2, 4], [3]] }));
    const probe = await open({ data: 'x.npy', concepts: 'c.npz' });
    const set = await probe.concepts(2);
    assert.deepEqual([set.samples, set.height, set.width], [2, 2, 3]);
    const [day, sky, two, four] = set.concepts;
    assert.deepEqual(
      set.concepts.map(({ name }) => name),
      ['day', 'sky', 'target = 2', 'target = 4'],
    );
    assert.deepEqual([[...day.ofSamples!], day.ofPositions], [[0b01], null]);
    assert.deepEqual(
      [[0, 1].map((sample) => placesOf(sky.ofPositions!, sample, 6)[0]), sky.ofSamples],
      [[0, 0b100001], null],
    );
    assert.deepEqual([[...two.ofSamples!], [...four.ofSamples!]], [[0b10], [0b01]]);
  });

  it('names each concept of a wrong length', async () => {
    folder.write(
      'w.npz',
      archive({
        ok: [[1, 0, 1], [3]],
        short: [[1, 0], [2]],
        flat: [
          [1, 0, 1, 1, 1, 1],
          [3, 2],
        ],
      }),
    );
    assert.match(
      await refusal({ data: 'x.npy', concepts: 'w.npz' }),
      /x\.npy has 3 samples, but "short" is 2, "flat" is 3 × 2/,
    );
    folder.write('v.npz', archive({ half: [[0.5, 0, 1], [3]] }));
    assert.match(
      await refusal({ data: 'x.npy', concepts: 'v.npz' }),
      /"half" is of type float32 and holds more than 0 and 1/,
    );
  });

  it('measures concepts where none are given', async () => {
    const set = await (await open({ data: 'x.npy' })).concepts(3);
    // Means are 5.5, 17.5, 29.5; spreads are equal, so they say nothing.
    assert.deepEqual(
      set.concepts.filter(({ name }) => name.includes('mean')).map(({ name, ofSamples }) => [name, [...ofSamples!]]),
      [
        ['mean ≤ 11.5', [0b001]],
        ['11.5 < mean ≤ 17.5', [0b010]],
        ['mean > 23.5', [0b100]],
      ],
    );
    assert.ok(!set.concepts.some(({ name }) => name.includes('spread')));
    const stopped = AbortSignal.abort();
    await assert.rejects((await open({ data: 'x.npy' })).concepts(3, stopped), { name: 'AbortError' });
  });

  it('is drawn where nothing else is there: tokens of the vocabulary, equal every time', async () => {
    const model = modelWith(
      { tokens: ['int64', ['n', 'seq']], attention_mask: ['int64', ['n', 'seq']] },
      { nodes: [{ op: 'Gather', inputs: ['wte', 'tokens'], outputs: ['e'] }], tables: { wte: [17, 8] } },
    );
    const drawn = async () => openProbe({ kind: 'drawn' }, model, { bundledFolder: '/nowhere' });
    const probe = await drawn();
    const { tokens, attention_mask: mask } = await probe.batch(5, 3);
    const [, length] = tokens.dims;
    const values = Array.from(tokens.data as BigInt64Array, Number);
    assert.ok(values.every((token) => token >= 0 && token < 17) && new Set(values).size > 10);
    assert.deepEqual([mask.dims, mask.data[0]], [[3, length], 1n]);
    assert.deepEqual(
      (await (await drawn()).batch(6, 1)).tokens.data,
      (tokens.data as BigInt64Array).slice(length, 2 * length),
    );
    assert.ok(probe.drawn && probe.assumptions.some((sentence) => sentence.includes('not real inputs')));

    const { concepts, width } = await probe.concepts(8);
    assert.deepEqual([concepts.length, width], [17, length]);
    values.slice(0, length).forEach((token, at) => {
      const holding = concepts
        .filter(({ ofPositions }) => hasBit(placesOf(ofPositions!, 5, length), at))
        .map(({ name }) => name);
      assert.deepEqual(holding, [`token ${token}`]);
    });
  });

  it('is drawn from as many whole numbers as the model compares with', async () => {
    const model = modelWith(
      { bytes: ['int32', ['n', 300]] },
      {
        nodes: [
          { op: 'Reshape', inputs: ['bytes', 's'], outputs: ['b'] },
          { op: 'Equal', inputs: ['b', 'range'], outputs: ['e'] },
        ],
        tables: { s: [3], range: [1, 1, 30] },
      },
    );
    const { bytes } = await (await openProbe({ kind: 'drawn' }, model, { bundledFolder: '/nowhere' })).batch(0, 20);
    assert.deepEqual([bytes.type, Math.max(...(bytes.data as Int32Array))], ['int32', 29]);
  });

  it('is drawn from a standard normal for floats', async () => {
    const model = modelWith({ x: ['float', ['n', 3, 40]] });
    const probe = await openProbe({ kind: 'drawn' }, model, { bundledFolder: '/nowhere' });
    const values = (await probe.batch(0, 2000)).x.data as Float32Array;
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    const beyond = values.filter((x) => Math.abs(x) > 1.96).length / values.length;
    // 240,000 values: three standard errors are 0.006, 0.004 and 0.0013.
    assert.ok(Math.abs(mean) < 0.006 && Math.abs(deviation - 1) < 0.005 && Math.abs(beyond - 0.05) < 0.0014);
    const written = { ...parseProbeFile(probeFileText(probe), 'drawn.probe.json') };
    assert.deepEqual(written, { kind: 'arrays', data: 'arrays.npy', input: 'x' });
  });
});
