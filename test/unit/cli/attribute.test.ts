import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { onnxplain } from '../../support/commandLine.js';
import { npy, readNpy } from '../../support/npyFile.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';

const policy = path.resolve('media/sample/policy/policy.onnx');

describe('onnxplain attribute', () => {
  const folder = temporaryFolder();
  /** y = 2 a - b and 3 b: gradients and shares by hand. */
  const linear = () =>
    folder.write(
      'linear.onnx',
      modelBytes({
        nodes: [{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }],
        inputs: { x: { shape: ['n', 2] } },
        outputs: { y: { shape: ['n', 2] } },
        initializers: { w: { dims: [2, 2], values: [2, 0, -1, 3] } },
      }),
    );
  const rows = () => folder.write('rows.npy', npy('<f4', [2, 2], Float32Array.of(4, 1, 1, 5)));
  const values = () => [...readNpy(readFileSync(path.join(folder.path(), 'a.npy'))).values];
  const run = (...args: string[]) =>
    onnxplain(['attribute', linear(), '--input', rows(), '--out', path.join(folder.path(), 'a.npy'), ...args]);

  it('gives each row’s highest output its gradient, and its shares', async () => {
    const done = await run('--method', 'gradient');
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(values(), [2, -1, 0, 3]);
    await run('--method', 'ig', '--steps', '2');
    assert.deepEqual(values(), [8, -1, 0, 15]);
    await run('--method', 'ig', '--steps', '2', '--baseline', '1', '--class', '1');
    assert.deepEqual(values(), [0, 0, 0, 12]);
  });

  it('goes to what whole numbers become: the sum of bytes / 2 has the gradient 1/2 by each byte', async () => {
    const bytes = folder.write(
      'bytes.onnx',
      modelBytes({
        nodes: [
          { op: 'Cast', in: ['x'], out: ['f'], attributes: { to: 1 } },
          { op: 'MatMul', in: ['f', 'w'], out: ['y'] },
        ],
        inputs: { x: { type: 2, shape: ['n', 2] } },
        outputs: { y: { shape: ['n', 1] } },
        initializers: { w: { dims: [2, 1], values: [0.5, 0.5] } },
      }),
    );
    const input = folder.write('bytes.npy', npy('|u1', [1, 2], Uint8Array.of(4, 200)));
    const out = path.join(folder.path(), 'a.npy');
    const done = await onnxplain(['attribute', bytes, '--input', input, '--method', 'gradient', '--out', out]);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(values(), [0.5, 0.5]);
    assert.match(done.stderr, /holds whole numbers.*attributed to what they become/);
  });

  it('refuses what is not there in one sentence', async () => {
    for (const [args, code, words] of [
      [['--method', 'gradient', '--class', '7'], 1, /there is no class 7/],
      [['--method', 'gradient', '--wrt', 'z'], 1, /z/],
      [['--method', 'magic'], 2, /--method/],
      [['--method', 'ig', '--steps', '1'], 2, /--steps/],
      [['--method', 'lrp-gamma', '--box', '1'], 2, /LOW:HIGH/],
    ] as const) {
      const done = await run(...args);
      assert.equal(done.code, code, done.stderr);
      assert.match(done.stderr, words);
    }
  });
});

describe('onnxplain igc', () => {
  const igc = async (...args: string[]) => {
    const done = await onnxplain(['igc', policy, '--limit', '60', '--steps', '16', '--json', '-', ...args]);
    assert.equal(done.code, 0, done.stderr);
    return JSON.parse(done.stdout) as {
      auto: boolean;
      outputs: { correlation: number; values: number[]; groups: Record<string, number>; samples: number }[];
    };
  };
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

  it('adds up to the correlation of the outputs with the actions', async () => {
    const { auto, outputs } = await igc('--group', 'pole=pole_angle,pole_velocity');
    assert.equal(auto, false);
    for (const { correlation, values, groups } of outputs) {
      assert.ok(Math.abs(sum(values) - correlation) < 0.05);
      assert.ok(Math.abs(groups.pole - values[2] - values[3]) < 1e-12);
    }
  });

  it('adds up to 1 without targets', async () => {
    const { auto, outputs } = await igc('--auto', '--class', 'push left');
    assert.equal(auto, true);
    assert.equal(outputs.length, 1);
    assert.equal(outputs[0].samples, 60);
    assert.ok(Math.abs(sum(outputs[0].values) - 1) < 0.05);
  });

  it('asks for names where there are many outputs', async () => {
    const done = await onnxplain(['igc', path.resolve('media/sample/squeezenet/squeezenet.onnx'), '--quiet']);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /1000 outputs.*--class/);
  });
});
