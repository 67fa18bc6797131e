import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eigenCam, finishMap, weightedSum } from '../../../src/engine/cam/index.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { openSession } from '../../../src/engine/runtime/index.js';

interface Packed {
  shape: number[];
  base64: string;
}

interface Case {
  input: Packed;
  layers: { tensor: string; projection: Packed; map: Packed; mapOfNegated: Packed }[];
  averaged: Packed;
  cam: { weights: Packed; maps: Packed[] };
}

/** The array's slice along its first axis, or the whole. */
function unpacked(array: Packed, sample?: number): Float32Array {
  const bytes = Buffer.from(array.base64, 'base64');
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  const stride = all.length / array.shape[0];
  return sample === undefined ? all : all.slice(sample * stride, (sample + 1) * stride);
}

/** Greatest difference, as a share of the greatest value expected. */
function error(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  assert.ok(largest > 0, 'nothing to compare with');
  return difference / largest;
}

async function activationsOf(name: string, known: Case) {
  const file = path.join(import.meta.dirname, `${name}.onnx`);
  const fetch = known.layers.map((layer) => layer.tensor);
  const session = await openSession(await readModel(file), { outputs: fetch, threads: 1 });
  try {
    const input = { type: 'float32' as const, dims: known.input.shape, data: unpacked(known.input) };
    return await session.run({ input }, fetch);
  } finally {
    await session.release();
  }
}

describe('Maps against pytorch-grad-cam', () => {
  for (const name of ['strided', 'wide', 'residual']) {
    describe(name, () => {
      const known = JSON.parse(readFileSync(path.join(import.meta.dirname, `${name}.json`), 'utf8')) as Case;
      const [samples, , height, width] = known.input.shape;
      let activations: Awaited<ReturnType<typeof activationsOf>>;
      before(async () => {
        activations = await activationsOf(name, known);
      });

      const layerOf = (tensor: string, sample: number) => {
        const { dims, data } = activations[tensor];
        const size = dims[1] * dims[2] * dims[3];
        const values = (data as Float32Array).slice(sample * size, (sample + 1) * size);
        return { values, channels: dims[1], height: dims[2], width: dims[3] };
      };

      for (const layer of known.layers) {
        for (let sample = 0; sample < samples; sample++) {
          it(`draws Eigen-CAM of ${layer.tensor}, picture ${sample}, with either sign`, () => {
            const { values, channels, height: h, width: w } = layerOf(layer.tensor, sample);
            const projection = eigenCam(values, channels);
            const expected = unpacked(layer.projection, sample);
            const same = projection.reduce((sum, value, i) => sum + value * expected[i], 0) > 0;
            // Their decomposition is in float32: about 1e-6 of the greatest value is its own rounding.
            assert.ok(error(same ? projection : projection.map((v) => -v), expected) < 2e-5);

            const map = finishMap([{ values: projection, places: [h, w] }], [height, width]);
            assert.ok(error(map, unpacked(same ? layer.map : layer.mapOfNegated, sample)) < 2e-5);

            const energy = expected.map((_, i) => {
              let sum = 0;
              for (let k = 0; k < channels; k++) sum += values[k * h * w + i] ** 2;
              return sum;
            });
            assert.ok(correlation(projection, energy) > 0, 'the map follows the energy');
          });
        }
      }

      it('averages layers', () => {
        for (let sample = 0; sample < samples; sample++) {
          const raw = known.layers.map((layer) => ({
            values: unpacked(layer.projection, sample),
            places: layer.projection.shape.slice(1),
          }));
          assert.ok(error(finishMap(raw, [height, width]), unpacked(known.averaged, sample)) < 2e-6);
        }
      });

      it('draws CAM as Grad-CAM over the pooled head', () => {
        const last = known.layers[known.layers.length - 1];
        known.cam.maps.forEach((expected, index) => {
          for (let sample = 0; sample < samples; sample++) {
            const layer = layerOf(last.tensor, sample);
            const headWeights = unpacked(known.cam.weights, index);
            const values = weightedSum(layer.values, headWeights);
            const map = finishMap([{ values, places: [layer.height, layer.width] }], [height, width]);
            assert.ok(error(map, unpacked(expected, sample)) < 1e-5);
          }
        });
      });
    });
  }
});

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (x: Float32Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [p, q] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - p) * (b[i] - q), 0);
}
