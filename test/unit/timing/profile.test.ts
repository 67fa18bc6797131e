import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readProfile } from '../../../src/engine/timing/profile.js';
import { typicalRun } from '../../../src/engine/timing/typicalRun.js';

const run = (start: number, duration: number) =>
  `{"cat" : "Session","pid" :1,"tid" :1,"dur" :${duration},"ts" :${start},"ph" : "X","name" :"model_run","args" : {}},`;
const node = (name: string, index: number, op: string, start: number, duration: number) =>
  `{"cat" : "Node","pid" :1,"tid" :1,"dur" :${duration},"ts" :${start},"ph" : "X","name" :"${name}_kernel_time","args" : {"op_name" : "${op}","node_index" : "${index}","thread_scheduling_stats" : {"main_thread" : {}, "sub_threads" : {"7" : {"num_run" : 3}}}}},`;

describe('ONNX Runtime’s profile', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'profile-'))));
  after(() => rmSync(folder, { recursive: true }));
  const read = (...lines: string[]) => {
    const file = path.join(folder, 'p.json');
    writeFileSync(file, ['[', ...lines, ']'].join('\n'));
    return readProfile(file);
  };

  it('gives each run its nodes, whatever their order in the file', async () => {
    const { runs, threads } = await read(
      node('b', 1, 'Relu', 60, 30),
      run(0, 100),
      node('a', 0, 'Conv', 10, 40),
      run(200, 50),
      node('a', 0, 'Conv', 210, 20),
    );
    assert.equal(threads, 2);
    assert.deepEqual(
      runs.map(({ microseconds, kernels }) => [microseconds, kernels.map((k) => [k.node, k.op, k.microseconds])]),
      [
        [100, [['a', 'Conv', 40], ['b', 'Relu', 30]]],
        [50, [['a', 'Conv', 20]]],
      ],
    ); // prettier-ignore
  });

  it('counts what ran inside a loop as the loop’s', async () => {
    const { runs } = await read(run(0, 100), node('loop', 0, 'Loop', 10, 80), node('inside', 0, 'Add', 20, 5));
    assert.deepEqual(
      runs[0].kernels.map((kernel) => kernel.node),
      ['loop'],
    );
  });

  it('leaves out what belongs to no whole run, and survives quotes in names', async () => {
    const { runs } = await read(node('early', 0, 'Conv', 0, 5), run(10, 20), node('a"b\\c', 0, 'Conv', 12, 5));
    assert.deepEqual(
      runs.map(({ kernels }) => kernels.map((kernel) => kernel.node)),
      [['a"b\\c']],
    );
  });
});

describe('a typical run', () => {
  it('is the mean of the runs between the quartiles', () => {
    const runs = [90, 10, 20, 30].map((microseconds) => ({
      microseconds,
      kernels: [{ node: 'a', index: 0, op: 'Conv', microseconds: microseconds / 2 }],
    }));
    const typical = typicalRun(runs);
    assert.equal(typical.microseconds, 25);
    assert.equal(typical.kernels[0].microseconds, 12.5);
  });
});
