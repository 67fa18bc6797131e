import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { computeMaps } from '../../../src/engine/map/computeMaps.js';
import { arrayInputs } from '../../../src/engine/map/inputs.js';
import type { MapJob } from '../../../src/engine/map/mapJob.js';
import { ModelRuns } from '../../../src/engine/map/modelRuns.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { npzKeys, readNpz } from '../../../src/engine/probe/npz.js';

const folder = path.join(import.meta.dirname, 'layouts');
const layers = JSON.parse(readFileSync(path.join(folder, 'layers.json'), 'utf8')) as Record<
  string,
  Record<string, Record<string, string>>
>;
const tolerance = 3e-5;

/** Greatest difference, as a share of the greatest magnitude expected. */
function error(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest > 0, 'nothing to compare with');
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i] - value)), 0) / largest;
}

describe('Maps by pytorch-grad-cam of layers of other layouts', function () {
  this.timeout(60_000);
  const titles: Record<string, string> = {
    channelslast: 'whose channels come last',
    row: 'of rows',
    volume: 'of volumes',
  };
  for (const [name, title] of Object.entries(titles)) {
    for (const exporter of Object.keys(layers[name])) {
      it(`${title}, exported by ${exporter}`, async () => {
        const model = await readModel(path.join(folder, `${name}.${exporter}.onnx`));
        const file = path.join(folder, `${name}.npz`);
        const { inputs, size } = await arrayInputs(model, `${file}:input`);
        const all = Object.values(layers[name][exporter]);
        const runs = new ModelRuns(model, 1);
        try {
          const keys = (await npzKeys(file)).filter((key) => key !== 'input');
          assert.ok(keys.length >= 8);
          for (const key of keys) {
            const [method, form] = key.split('.');
            const job: MapJob = {
              method,
              layers: form === 'layers' ? all : all.slice(-1),
              class: 1,
              output: null,
              unit: null,
              seed: 0,
              raw: form === 'raw',
              threads: 1,
            };
            const { maps } = await computeMaps(model, inputs, size, job, { runs });
            const { data } = await readNpz(file, key);
            const each = data.length / maps.length;
            maps.forEach((map, sample) => {
              const known = (data as Float32Array).slice(sample * each, (sample + 1) * each);
              // The projection's sign is LAPACK's: the other one is as good.
              const signs = method.startsWith('eigen') ? [known, known.map((value) => -value)] : [known];
              const apart = Math.min(...signs.map((one) => error(map, one)));
              assert.ok(apart < tolerance, `${key}, sample ${sample}: ${apart}`);
            });
          }
        } finally {
          await runs.release();
        }
      });
    }
  }
});
