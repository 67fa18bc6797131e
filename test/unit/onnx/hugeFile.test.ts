import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { readModel } from '../../../src/engine/onnx/index.js';
import { openSession, type Tensor } from '../../../src/engine/runtime/index.js';
import { bytes, graph, header, number, temporaryFolder, varint } from '../../support/onnxFile.js';

/** The file's beginning up to a weight's raw data, which is a hole of `size` bytes, and the graph's rest behind it. */
function sparseModel(file: string, rows: number, columns: number, rest: Buffer): number {
  const size = rows * columns * 4;
  const weight = Buffer.concat([number(1, rows), number(1, columns), number(2, 1), bytes(8, 'weight')]);
  const rawTag = Buffer.concat([varint(9 * 8 + 2), varint(size)]);
  const weightTag = Buffer.concat([varint(5 * 8 + 2), varint(weight.length + rawTag.length + size)]);
  const body = weightTag.length + weight.length + rawTag.length + size + rest.length;
  const before = Buffer.concat([header(), varint(7 * 8 + 2), varint(body), weightTag, weight, rawTag]);
  const handle = openSync(file, 'w');
  try {
    writeSync(handle, before, 0, before.length, 0);
    writeSync(handle, rest, 0, rest.length, before.length + size);
    ftruncateSync(handle, before.length + size + rest.length);
  } finally {
    closeSync(handle);
  }
  return before.length + size + rest.length;
}

describe('files of several GB', () => {
  const folder = temporaryFolder();

  it('a 4 GB model is inspected within a second and 200 MB', () => {
    const file = path.join(folder.path(), 'huge.onnx');
    const linear = graph({
      nodes: [
        { op: 'MatMul', in: ['x', 'weight'], out: ['y'], name: 'fc' },
        { op: 'Relu', in: ['y'], out: ['z'], name: 'act' },
      ],
      inputs: { x: { shape: ['batch', 32768] } },
      outputs: { z: {} },
    });
    const size = sparseModel(file, 32768, 32769, linear);
    assert.ok(size > 4 * 2 ** 30);
    // In a process of its own, whose peak of memory is its own.
    const script = `
      import { existsSync, readFileSync } from 'node:fs';
      // The peak of this process alone: what getrusage tells begins with its parent's.
      const peak = () => existsSync('/proc/self/status')
        ? Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) : process.memoryUsage.rss() / 1024;
      const { readModel, structureOf } = await import(${JSON.stringify(path.resolve('src/engine/onnx/index.ts'))});
      const before = peak(), started = process.cpuUsage();
      const { layers, parameters } = structureOf(await readModel(${JSON.stringify(file)}));
      const { user, system } = process.cpuUsage(started);
      console.log(JSON.stringify({ units: layers[0].units, parameters, seconds: (user + system) / 1e6,
        megabytes: peak() / 1024, grown: (peak() - before) / 1024 }));`;
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr);
    const { units, parameters, seconds, megabytes, grown } = JSON.parse(run.stdout) as Record<string, number>;
    assert.equal(units, 32769);
    assert.equal(parameters, 32768 * 32769);
    assert.ok(seconds < 1, `${seconds} s`);
    // The loader of TypeScript alone takes some 100 MB.
    assert.ok(megabytes < 200 && grown < 50, `${megabytes} MB, ${grown} MB of it for reading`);
  });

  it('a model past protobuf’s 2 GB runs, its weights mapped from its own file', async function () {
    this.timeout(120_000);
    const file = path.join(folder.path(), 'large.onnx');
    // An embedding of which one row is read; the hole's zeros take no space on disk, and mapped they take no memory.
    const lookup = graph({
      nodes: [
        { op: 'Gather', in: ['weight', 'tokens'], out: ['y'] },
        { op: 'Exp', in: ['y'], out: ['z'] },
      ],
      inputs: { tokens: { type: 7, shape: [1] } },
      outputs: { z: {} },
    });
    const size = sparseModel(file, 36_000_000, 16, lookup);
    assert.ok(size > 2 ** 31);
    const model = await readModel(file);
    const tokens: Tensor = { type: 'int64', dims: [1], data: BigInt64Array.of(35_999_999n) };
    // The whole model, and the model up to the row that is read.
    for (const [output, value] of [
      ['z', 1],
      ['y', 0],
    ] as const) {
      const session = await openSession(model, { outputs: [output], threads: 1 });
      assert.deepEqual(session.outputs, [output]);
      const found = await session.run({ tokens }, [output]);
      assert.deepEqual([...(found[output].data as Float32Array)], Array(16).fill(value));
      assert.ok(process.memoryUsage.rss() < 1.5 * 2 ** 30);
      await session.release();
    }
  });
});
