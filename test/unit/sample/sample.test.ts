import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { readModel } from '../../../src/engine/onnx/index.js';
import { projectRoot } from '../../support/sharedData.js';

const sample = path.join(projectRoot, 'media', 'sample');
const lines = (...file: string[]) =>
  readFileSync(path.join(sample, ...file), 'utf8')
    .trimEnd()
    .split('\n');

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(path.join(folder, entry.name)) : [path.join(folder, entry.name)],
  );
}

describe('The sample', () => {
  for (const name of ['policy', 'fashion']) {
    it(`${name}.onnx leads to the lines of its train.py, and names no folder`, async () => {
      const model = await readModel(path.join(sample, name, `${name}.onnx`));
      const code = lines(name, 'train.py');
      let frames = 0;
      for (const node of model.graph.nodes) {
        const trace = node.metadata.get('pkg.torch.onnx.stack_trace')?.split('\n') ?? [];
        trace.forEach((text, i) => {
          const frame = /File "(.*)", line (\d+)/.exec(text);
          if (!frame) return;
          frames++;
          assert.equal(frame[1], 'train.py');
          assert.equal(trace[i + 1].trim(), code[Number(frame[2]) - 1].trim());
        });
      }
      assert.ok(frames >= model.graph.nodes.length, `${frames} lines for ${model.graph.nodes.length} nodes`);
      const bytes = readFileSync(model.path, 'latin1');
      assert.doesNotMatch(bytes, /\/(home|root|tmp|usr|work|Users)\/|site-packages|[A-Z]:\\Users/);
    });
  }

  it('has as many class names as each model has outputs', () => {
    const counts = ['policy', 'fashion', 'squeezenet'].map((name) => new Set(lines(name, 'labels.txt')).size);
    assert.deepEqual(counts, [2, 10, 1000]);
  });

  it('has 8,000 states of five numbers', () => {
    const [header, ...rows] = lines('policy', 'states.csv');
    assert.equal(header, 'cart_position,cart_velocity,pole_angle,pole_velocity,action');
    assert.equal(rows.length, 8000);
    for (const row of rows) {
      const values = row.split(',').map(Number);
      assert.ok(values.length === 5 && values.every(Number.isFinite), row);
      // CartPole-v1 ends beyond 2.4 on the track and 12 degrees.
      assert.ok(Math.abs(values[0]) <= 2.4 && Math.abs(values[2]) <= (12 * Math.PI) / 180, row);
    }
  });

  it('has 100 greyscale pictures of each class', () => {
    const pictures = path.join(sample, 'fashion', 'pictures');
    assert.deepEqual(readdirSync(pictures).sort(), lines('fashion', 'labels.txt').sort());
    for (const folder of readdirSync(pictures)) {
      const inside = files(path.join(pictures, folder));
      assert.equal(inside.length, 100);
      const { width, height, channels, depth } = decode(readFileSync(inside[0]));
      assert.deepEqual({ width, height, channels, depth }, { width: 28, height: 28, channels: 1, depth: 8 });
    }
  });

  it('is at most 12 MB', () => {
    const bytes = files(sample).reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(bytes <= 12e6, `${bytes} bytes`);
  });
});
