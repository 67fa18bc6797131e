import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hasBit } from '../../../src/engine/concept/conceptSet.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import type { ModelOutputs } from '../../../src/engine/probe/modelOutputs.js';
import { openProbe } from '../../../src/engine/probe/openProbe.js';
import { outputConcepts } from '../../../src/engine/probe/outputConcepts.js';
import { treeTarget } from '../../../src/engine/probe/treeTarget.js';
import { projectRoot, sharedData } from '../../support/sharedData.js';
import { testFolder } from './folder.js';

const outputs = (rows: number[][], names: string[] | null = null): ModelOutputs => ({
  output: 'q',
  units: rows[0].length,
  values: Float32Array.from(rows.flat()),
  names,
});
const samplesOf = (bits: Uint32Array, samples: number) =>
  Array.from({ length: samples }, (_, i) => i).filter((i) => hasBit(bits, i));
const named = (rows: number[][], setting: true | 'class' | 'values' | string[], names?: string[]) =>
  Object.fromEntries(
    outputConcepts(outputs(rows, names ?? null), setting, rows.length).concepts.map(({ name, ofSamples }) => [
      name,
      samplesOf(ofSamples!, rows.length),
    ]),
  );

describe("The model's outputs as concepts", () => {
  const folder = testFolder();

  it('are the highest of several, by name; the first of equals, and none of NaN', () => {
    const rows = [
      [1, 2, 0],
      [3, 3, 0],
      [NaN, 1, 2],
      [NaN, NaN, NaN],
      [0, 5, 1],
    ];
    const expected = { 'predicts left': [1], 'predicts stay': [0, 4], 'predicts right': [2] };
    assert.deepEqual(named(rows, ['left', 'stay', 'right']), expected);
    assert.deepEqual(named(rows, true, ['left', 'stay', 'right']), expected);
    assert.deepEqual(Object.keys(named(rows, true)), ['predicts class 0', 'predicts class 1', 'predicts class 2']);
  });

  it('may be asked to be predicted for several samples', () => {
    const rows = [
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ];
    assert.deepEqual(
      outputConcepts(outputs(rows), true, 3, 2).concepts.map(({ name }) => name),
      ['predicts class 0'],
    );
  });

  it('go by the first of several names where that is theirs alone', () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const names = ['crane', 'crane, machine', 'tench, Tinca tinca'];
    assert.deepEqual(Object.keys(named(rows, true, names)), [
      'predicts crane',
      'predicts crane, machine',
      'predicts tench',
    ]);
  });

  it('are quarters of a single one, and of each where values are asked for', () => {
    const rows = Array.from({ length: 8 }, (_, i) => [i]);
    assert.deepEqual(named(rows, true), {
      'q ≤ 1.75': [0, 1],
      '1.75 < q ≤ 3.5': [2, 3],
      '3.5 < q ≤ 5.25': [4, 5],
      'q > 5.25': [6, 7],
    });
    const both = named(
      rows.map(([i]) => [i, -i]),
      'values',
      ['gas', 'brake'],
    );
    assert.equal(Object.keys(both).length, 8);
    assert.deepEqual(both['brake > -1.75'], [0, 1]);
  });

  it('that are always the same make no concept, and that is said', () => {
    const same = outputConcepts(
      outputs([
        [1, 0],
        [2, 0],
      ]),
      true,
      2,
    );
    assert.deepEqual([same.concepts, same.notes.length], [[], 1]);
    assert.match(outputConcepts(outputs([[1], [1]]), true, 2).notes[0], /No concepts of q: the model always gives/);
  });

  it('must be as many as are named', () => {
    assert.throws(() => named([[1, 2]], ['left']), /"outputs" names 1 outputs, and "q" has 2/);
  });

  it('tell the parts of columns apart: the highest, one by its name or number, or a column', async () => {
    const table = { rows: 2, names: ['reward'], columns: [Float64Array.of(7, 8)], words: [], notes: [] };
    const target = async (wanted?: string) => [
      ...(await treeTarget(
        wanted,
        table,
        async () =>
          outputs(
            [
              [1, 4],
              [3, 2],
            ],
            ['left', 'right'],
          ),
        's.csv',
      )),
    ];
    assert.deepEqual(await target(), [4, 3]);
    assert.deepEqual(await target('left'), [1, 3]);
    assert.deepEqual(await target('1'), [4, 2]);
    assert.deepEqual(await target('reward'), [7, 8]);
    await assert.rejects(target('rewarb'), {
      message: /"rewarb" is neither a column of numbers in s\.csv nor one of the model's 2 outputs/,
      hint: 'did you mean "reward"?',
    });
  });

  it('of the sample policy carry the names beside it, and divide its columns', async () => {
    const model = await readModel(path.join(projectRoot, 'media/sample/policy/policy.onnx'));
    const file = folder.write(
      'p.probe.json',
      JSON.stringify({
        kind: 'states',
        data: path.join(projectRoot, 'media/sample/policy/states.csv'),
        columns: ['cart_position', 'cart_velocity', 'pole_angle', 'pole_velocity'],
        discretize: { method: 'tree', bins: 2 },
        outputs: true,
      }),
    );
    const { concepts } = await (
      await openProbe({ kind: 'file', path: file }, model, { bundledFolder: '' })
    ).concepts(500);
    const all = concepts.map(({ name }) => name);
    assert.ok(all.includes('predicts push left') && all.includes('predicts push right'), all.join());
    assert.ok(all.includes('pole_velocity low') && all.includes('pole_velocity high'), all.join());
  });

  it('of a policy are the actions that were recorded of it', async function () {
    this.timeout(20_000);
    const model = await readModel(sharedData(this, 'models/rl/cartpole_sb3_ppo_DERIVED.onnx'));
    const data = sharedData(this, 'datasets/rl/cartpole_policy_sim.csv');
    const columns = ['cart_pos', 'cart_vel', 'pole_angle', 'pole_vel'];
    const file = folder.write('sim.probe.json', JSON.stringify({ kind: 'states', data, columns, outputs: ['l', 'r'] }));
    const probe = await openProbe({ kind: 'file', path: file }, model, { bundledFolder: '' });
    const { concepts } = await probe.concepts(2000);
    const right = concepts.find(({ name }) => name === 'predicts r')!;
    const rows = readFileSync(data, 'utf8').split('\n').slice(1, 2001);
    const recorded = rows.map((row) => row.trim().split(',')[5] === '1');
    assert.deepEqual(
      recorded.filter((is, i) => is !== hasBit(right.ofSamples!, i)),
      [],
    );
  });
});
