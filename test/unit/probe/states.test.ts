import assert from 'node:assert/strict';
import { hasBit, type Concept } from '../../../src/engine/concept/conceptSet.js';
import { encodeNpy } from '../../../src/engine/probe/npy.js';
import { openProbe, probeFileText, summaryOf } from '../../../src/engine/probe/index.js';
import { parseProbeFile } from '../../../src/engine/probe/probeFile.js';
import type { OnnxModel } from '../../../src/engine/onnx/model.js';
import { UserError } from '../../../src/shared/userError.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

const policy = modelWith({ obs: ['float', ['batch', 2]] });

describe('A probe set of states', () => {
  const folder = testFolder();
  const bundledFolder = '/nowhere';
  const open = (file: object, model: OnnxModel = policy) =>
    openProbe({ kind: 'file', path: folder.write('p.probe.json', JSON.stringify(file)) }, model, { bundledFolder });
  const openData = (path: string, model: OnnxModel = policy) =>
    openProbe({ kind: 'data', path }, model, { bundledFolder });
  const refusal = async (opening: Promise<unknown>): Promise<string> => {
    try {
      await opening;
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.sentence;
    }
    return assert.fail('it was opened');
  };
  const rowsOf = ({ ofSamples }: Concept, samples: number): number[] =>
    Array.from({ length: samples }, (_, row) => row).filter((row) => hasBit(ofSamples!, row));

  before(() => {
    folder.write('states.csv', 'angle,speed,reward,leg\n0.1,1,5,0\n-0.2,2,6,1\n0.3,,7,1\n-0.4,-3,8,0\n0.5,-4,9,0\n');
  });

  it('feeds the columns that the file names, in its order', async () => {
    const probe = await open({ kind: 'states', data: 'states.csv', columns: ['speed', 'angle'] });
    const { obs } = await probe.batch(1, 2);
    assert.deepEqual([obs.type, obs.dims], ['float32', [2, 2]]);
    assert.deepEqual([...(obs.data as Float32Array)], [2, Math.fround(-0.2), NaN, Math.fround(0.3)]);
    assert.deepEqual(probe.columns, ['speed', 'angle']);
    assert.deepEqual((await probe.view(0)).values, [1, 0.1]);
    assert.deepEqual([...probe.table!().subarray(6)], [-3, -0.4, -4, 0.5]);
    assert.equal((await probe.batch(3, 10)).obs.dims[0], 2);
  });

  it('says which columns it took where nobody said', async () => {
    const probe = await openData(folder.path('states.csv'));
    assert.deepEqual(probe.columns, ['angle', 'speed']);
    assert.match(probe.assumptions.join('\n'), /has 4 columns of numbers .* takes 2: angle, speed feed it/);
    const named = folder.write('named.csv', 'time,obs_0,obs_1,obsolete\n1,2,3,4\n');
    assert.deepEqual((await openData(named)).columns, ['obs_0', 'obs_1']);
  });

  it('has the concepts of the file, false of missing values', async () => {
    const concepts = {
      'to the right': 'angle > 0',
      fast: 'abs(speed) >= 2 or leg == 1',
      slow: 'speed < quantile(speed, 0.5)',
    };
    const probe = await open({ kind: 'states', data: 'states.csv', columns: ['angle', 'speed'], concepts });
    const set = await probe.concepts(5);
    assert.deepEqual(
      set.concepts.map(({ name, category }) => [name, category]),
      [
        ['to the right', 'expression'],
        ['fast', 'expression'],
        ['slow', 'expression'],
      ],
    );
    assert.deepEqual(
      set.concepts.map((concept) => rowsOf(concept, 5)),
      [
        [0, 2, 4],
        [1, 2, 3, 4],
        [3, 4],
      ],
    );
    // The quantile is that of all rows (-1), whatever the number of samples looked at.
    const first = await probe.concepts(4);
    assert.deepEqual(
      first.concepts.map((concept) => rowsOf(concept, 5)),
      [[0, 2], [1, 2, 3], [3]],
    );
    assert.deepEqual(summaryOf(probe, set).concepts, ['to the right', 'fast', 'slow']);
  });

  it('refuses a concept with its name, the nearest column and a caret', async () => {
    const sentence = await refusal(open({ kind: 'states', data: 'states.csv', concepts: { fast: 'sped > 1' } }));
    assert.match(sentence, /concept "fast" over states\.csv: .* at character 1: there is no column "sped"/);
    assert.match(sentence, /did you mean "speed"\?\n {2}sped > 1\n {2}\^\^\^\^$/);
  });

  it('leaves out concepts that say the same', async () => {
    const concepts = { a: 'angle > 0', b: 'angle > 0.05', never: 'angle > 7' };
    const set = await (await open({ kind: 'states', data: 'states.csv', concepts })).concepts(5);
    assert.deepEqual(
      set.concepts.map(({ name }) => name),
      ['a', 'never'],
    );
    assert.match(set.notes.join('\n'), /"never" holds of no row\.\n.*hold of the same rows as another: "b" \(as "a"\)/);
  });

  it('makes concepts from the columns where the file has none', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i - 30},${i % 2},7,${i % 3 ? 'cat' : 'dog'}`);
    const probe = await openData(folder.write('many.csv', `x,leg,gravity,class\n${rows.join('\n')}`));
    const { concepts, notes } = await probe.concepts(100);
    const sizes = Object.fromEntries(concepts.map((concept) => [concept.name, rowsOf(concept, 100).length]));
    // numpy.quantile(range(-30, 70), [.25, .5, .75]) = -5.25, 19.5, 44.25
    assert.deepEqual(sizes, {
      'x ≤ -5.25': 25,
      '-5.25 < x ≤ 19.5': 25,
      '19.5 < x ≤ 44.3': 25,
      'x > 44.3': 25,
      'x > 0': 69,
      'leg = 0': 50,
      'leg = 1': 50,
      'class = dog': 34,
      'class = cat': 66,
    });
    assert.deepEqual(notes, ['No concepts of "gravity": this column is constant.']);
    assert.match(probe.assumptions.join('\n'), /No concepts are given/);
  });

  it('calls two parts low and high, and says where they meet', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i},${100 - i}`).join('\n');
    folder.write('ramp.csv', `x,y\n${rows}`);
    const names = async (bins: number) => {
      const probe = await open({ kind: 'states', data: 'ramp.csv', discretize: { method: 'quantile', bins } });
      return probe.concepts(100);
    };
    // y's halves are x's, the other way round: the masks are equal but for none.
    assert.deepEqual(
      (await names(2)).concepts.map(({ name }) => name),
      ['x low', 'x high'],
    );
    // 0 to 8: the median itself belongs to the lower half.
    folder.write('odd.csv', `x\n${[...Array(9).keys()].join('\n')}\n`);
    const model = modelWith({ obs: ['float', ['n', 1]] });
    const odd = await open({ kind: 'states', data: 'odd.csv', discretize: { method: 'quantile', bins: 2 } }, model);
    assert.deepEqual(rowsOf((await odd.concepts(9)).concepts[0], 9), [0, 1, 2, 3, 4]);
    assert.match((await names(2)).notes.join('\n'), /"x low" is x ≤ 49\.5\.\n"x high" is x > 49\.5\./);
    assert.deepEqual((await names(3)).concepts.map(({ name }) => name).slice(0, 3), ['x low', 'x middle', 'x high']);
  });

  it('has columns divided where a target changes', async () => {
    // 60 rows: y is 0, 5 and 9 where x is up to 19, up to 39 and above; z says nothing of y.
    const rows = Array.from({ length: 60 }, (_, x) => [x, [0, 5, 9][Math.floor(x / 20)], x % 2 ? 0.5 : x, 7].join());
    folder.write('steps.csv', `x,y,z,constant\n${rows.join('\n')}\n`);
    const discretize = { method: 'tree', bins: 3, target: 'y' };
    const probe = await open({ kind: 'states', data: 'steps.csv', columns: ['x', 'z'], discretize });
    const { concepts, notes } = await probe.concepts(60);
    assert.deepEqual(
      concepts.filter(({ name }) => name.includes('x')).map(({ name, category }) => `${category} ${name}`),
      ['tree x low', 'tree x middle', 'tree x high'],
    );
    assert.deepEqual(
      rowsOf(concepts[1], 60),
      Array.from({ length: 20 }, (_, i) => 20 + i),
    );
    assert.match(notes.join('\n'), /"x middle" is 19\.5 < x ≤ 39\.5\./);
    assert.ok(!concepts.some(({ name }) => name.includes('y')));
    assert.match(notes.join('\n'), /No concepts of "constant": this column is constant/);
  });

  it('is read from .npy under the names given, and shaped as the input is', async () => {
    folder.write('s.npy', encodeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]));
    for (const shape of [['n', 2, 1], ['n', 1, 2], ['n', 2], [null, null], ['n', null, 1], null] as const) {
      const model = modelWith({ obs: ['float', shape && [...shape]] });
      const probe = await open({ kind: 'states', data: 's.npy', columns: ['a', 'b'], concepts: { c: 'a > b' } }, model);
      const { obs } = await probe.batch(1, 2);
      assert.deepEqual(obs.dims, [2, ...(shape?.slice(1) ?? [2]).map((size) => size ?? 2)]);
      assert.deepEqual([...(obs.data as Float32Array)], [3, 4, 5, 6]);
    }
    const whole = await open({ kind: 'states', data: 's.npy' }, modelWith({ obs: ['int64', ['n', 2]] }));
    assert.deepEqual((await whole.batch(0, 1)).obs.data, BigInt64Array.of(1n, 2n));
    assert.deepEqual(whole.columns, ['x0', 'x1']);
  });

  it('refuses what does not fit with both numbers', async () => {
    const wide = modelWith({ obs: ['float', ['batch', 7]] });
    assert.match(
      await refusal(openData(folder.path('states.csv'), wide)),
      /has 4 columns of numbers, input "obs" takes 7/,
    );
    const file = { kind: 'states', data: 'states.csv' };
    assert.match(
      await refusal(open({ ...file, columns: ['angle'] })),
      /names 1 column of numbers, input "obs" takes 2/,
    );
    assert.match(
      await refusal(open({ ...file, columns: ['angel', 'leg'] })),
      /no column "angel": did you mean "angle"/,
    );
    assert.match(await refusal(open({ ...file, input: 'state' })), /no input "state": .*"obs"/);
    assert.match(await refusal(open({ ...file, data: 's.parquet' })), /s\.parquet: no such file/);
    folder.write('cube.npy', encodeNpy(new Float32Array(8), [2, 2, 2]));
    assert.match(await refusal(open({ ...file, data: 'cube.npy' })), /2 × 2 × 2.*"kind": "arrays"/);
    assert.match(await refusal(openData(folder.path('states.csv'), modelWith({}))), /has no inputs/);
  });

  it('feeds the other inputs what the file says, else zeros, and says so', async () => {
    const model = modelWith({
      obs: ['float', ['n', 2]],
      state: ['float', [2, 'n', 3]],
      sr: ['int64', []],
      bias: ['float', ['n', 1]],
      scale: ['float16', [2]],
    });
    const plain = await open({ kind: 'states', data: 'states.csv' }, model);
    const feeds = await plain.batch(0, 4);
    assert.deepEqual(feeds.state.dims, [2, 4, 3]);
    assert.deepEqual([feeds.sr.dims, feeds.sr.data], [[], BigInt64Array.of(16000n)]);
    assert.match(
      plain.assumptions.join('\n'),
      /Input "state" is fed zeros, because the probe file says nothing of it\./,
    );

    folder.write('bias.npy', encodeNpy(Float32Array.of(1, 2, 3, 4, 5), [5, 1]));
    const inputs = { state: [[[1, 2, 3]], [[4, 5, 6]]], sr: 8000, bias: 'bias.npy', scale: [0.5, 2] };
    const given = await (await open({ kind: 'states', data: 'states.csv', inputs }, model)).batch(1, 2);
    assert.deepEqual([...(given.state.data as Float32Array)], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    assert.deepEqual(given.sr.data, BigInt64Array.of(8000n));
    // One value for each sample, so each batch has its own.
    assert.deepEqual([...(given.bias.data as Float32Array)], [2, 3]);
    assert.deepEqual([...(given.scale.data as Float32Array)], [0.5, 2]);

    const wrong = (value: unknown) => refusal(open({ kind: 'states', data: 'states.csv', inputs: value }, model));
    assert.match(await wrong({ scale: [1, 2, 3] }), /"scale" is 3, which does not fit input "scale" \(2\)/);
    assert.match(await wrong({ scale: [[1], 2] }), /not of equal length|no number/);
    assert.match(await wrong({ stat: 1 }), /no input "stat": did you mean "state"/);
    assert.match(await wrong({ obs: 1 }), /which the samples feed/);
    assert.match(await wrong({ bias: 'none.npy' }), /none\.npy: no such file/);
  });

  it('has a hash that follows the data and what is done with them', async () => {
    const file = { kind: 'states', data: 'states.csv' };
    const hash = async (more: object) => (await open({ ...file, ...more })).sha256();
    const first = await hash({});
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(await hash({}), first);
    assert.notEqual(await hash({ columns: ['speed', 'angle'] }), first);
    folder.write('copy.csv', 'angle,speed\n1,2\n');
    assert.notEqual(await hash({ data: 'copy.csv' }), first);
  });

  it('writes the probe file that says the same', async () => {
    const probe = await openData(folder.path('states.csv'));
    const text = probeFileText(probe, { folder: folder.path() });
    assert.deepEqual(
      { ...parseProbeFile(text, 'new.probe.json') },
      {
        kind: 'states',
        data: 'states.csv',
        columns: ['angle', 'speed'],
        input: 'obs',
      },
    );
    for (const sentence of probe.assumptions) assert.ok(text.includes(`// ${sentence}`));
    const inner = folder.write('inner/new.probe.json', probeFileText(probe));
    const again = await openProbe({ kind: 'file', path: inner }, policy, { bundledFolder });
    assert.deepEqual(await again.batch(0, 5), await probe.batch(0, 5));
  });
});
