import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openGradient } from '../../../src/engine/backward/index.js';
import { mapMethods } from '../../../src/engine/cam/index.js';
import { smoothGradCamPlusPlusWeights } from '../../../src/engine/cam/smoothGradCamPlusPlus.js';
import { byChannel, type MapLayer } from '../../../src/engine/map/chunk.js';
import { classOutput } from '../../../src/engine/map/classOutput.js';
import { computeMaps } from '../../../src/engine/map/computeMaps.js';
import { arrayInputs, type OpenedInputs } from '../../../src/engine/map/inputs.js';
import type { MapInputs, MapJob } from '../../../src/engine/map/mapJob.js';
import { ModelRuns } from '../../../src/engine/map/modelRuns.js';
import { type OnnxModel, readModel } from '../../../src/engine/onnx/index.js';
import { decodeFile, modelInputs } from '../../../src/engine/probe/index.js';
import { npzKeys, readNpz } from '../../../src/engine/probe/npz.js';
import { sharedData } from '../../support/sharedData.js';

const here = import.meta.dirname;
const networks = path.join(here, '..', 'networks');
const layers = JSON.parse(readFileSync(path.join(here, 'layers.json'), 'utf8')) as Record<
  string,
  Record<string, { target: string; earlier: string }>
>;

/** Float32, both sides: what one of them rounds differs by about 1e-6 of the greatest value, quotients by more. */
const tolerance = 3e-5;
/** In the transformer, 2 g² + S g³ nearly vanishes at some places, and what is divided by it is as uncertain as that. */
const looser: Record<string, number> = { 'vit gradcam++': 3e-3 };

const methods = Object.keys(mapMethods).filter(
  // CAM and the unit's own map have no peer there; chance and noise are compared elsewhere.
  (name) => !['cam', 'activation', 'randomcam', 'smoothgradcam++'].includes(name),
);

/** `METHOD[.VARIANT].FORM` */
function parts(key: string): { key: string; method: string; variant: string; form: string } {
  const [method, ...rest] = key.split('.');
  return { key, method, variant: rest.length > 1 ? rest[0] : '', form: rest[rest.length - 1] };
}

/** A reference map of one sample. */
async function reference(name: string, key: string, sample = 0): Promise<Float32Array> {
  const { dims, data } = await readNpz(path.join(here, `${name}.npz`), key);
  const each = data.length / dims[0];
  return (data as Float32Array).slice(sample * each, (sample + 1) * each);
}

/** Greatest difference, as a share of the greatest magnitude expected. */
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

describe('Maps by pytorch-grad-cam', function () {
  this.timeout(60_000);
  for (const name of Object.keys(layers)) {
    for (const exporter of Object.keys(layers[name])) {
      describe(`${name}, exported by ${exporter}`, () => {
        const own = layers[name][exporter];
        let model: OnnxModel;
        let opened: OpenedInputs;
        let runs: ModelRuns;
        let keys: string[];
        before(async () => {
          model = await readModel(path.join(networks, `${name}.${exporter}.onnx`));
          opened = await arrayInputs(model, `${path.join(networks, `${name}.npz`)}:input`);
          runs = new ModelRuns(model, 1);
          keys = await npzKeys(path.join(here, `${name}.npz`));
        });
        after(() => runs.release());

        const job = (method: string, variant: string, raw: boolean): MapJob => ({
          method,
          layers: method === 'fullgrad' ? [] : variant === 'layers' ? [own.earlier, own.target] : [own.target],
          class: variant === 'best' ? null : 1,
          output: null,
          unit: null,
          seed: 0,
          raw,
          threads: 1,
          eigenSmooth: variant === 'eigen',
          augSmooth: variant === 'aug',
          probability: variant === 'probability',
          // The region of make.py.
          ...(name === 'unet' && variant !== 'seen' ? { region: { x: 5, y: 5, width: 22, height: 12 } } : {}),
        });
        const draw = async (method: string, variant: string, raw: boolean): Promise<Float32Array[]> =>
          (await computeMaps(model, opened.inputs, opened.size, job(method, variant, raw), { runs })).maps;

        for (const method of methods) {
          it(`agrees on ${method}`, async () => {
            const own = keys.map((key) => parts(key)).filter((key) => key.method === method && key.form !== 'negated');
            assert.ok(own.length > 0);
            for (const { key, variant, form } of own) {
              const maps = await draw(method, variant, form === 'raw');
              // Finished maps are kept of the first sample alone.
              for (let sample = 0; sample < (form === 'raw' ? maps.length : 1); sample++) {
                const known = [await reference(name, key, sample)];
                if (keys.includes(key.replace(form, 'negated'))) {
                  known.push(
                    form === 'raw'
                      ? known[0].map((value) => -value)
                      : await reference(name, key.replace(form, 'negated')),
                  );
                }
                // FullGrad's component is scaled without being cut off at 0 first.
                if (key === 'fullgrad.eigen.map') known.push(known[0].map((value) => 1 - value));
                const apart = Math.min(...known.map((one) => error(maps[sample], one)));
                assert.ok(apart < (looser[`${name} ${method}`] ?? tolerance), `${key}, sample ${sample}: ${apart}`);
              }
            }
          });
        }
      });
    }
  }
});

describe('Smooth Grad-CAM++ by torch-cam', () => {
  for (const name of Object.keys(layers).filter((one) => one !== 'unet')) {
    it(`weights the channels of ${name} alike for the same noise`, async () => {
      const model = await readModel(path.join(networks, `${name}.dynamo.onnx`));
      const { target: tensor } = layers[name].dynamo;
      // The transformer's tokens are three others and 4 × 4 patches.
      const layer: MapLayer = {
        name: tensor,
        unitAxis: name === 'vit' ? 2 : 1,
        ...(name === 'vit' ? { grid: { height: 4, width: 4, prefix: 3 } } : {}),
        places: [],
      };
      const { logits } = classOutput(model, null);
      const { dims, data } = await readNpz(path.join(networks, `${name}.npz`), 'input');
      const noise = await readNpz(path.join(here, `${name}.npz`), 'smoothgradcam++.noise');
      const [samples] = dims;
      const gradient = openGradient(model, { targets: [logits], wrt: [tensor] }, { threads: 1 });
      try {
        const run = async (copy: number | null) => {
          const input = Float32Array.from(data as Float32Array, (x, i) =>
            copy === null ? x : x + Number(noise.data[copy * data.length + i]),
          );
          const { values, gradients } = await gradient.run({ input: { type: 'float32', dims, data: input } }, (all) => {
            const seed = new Float32Array(all[logits].data.length);
            for (let sample = 0; sample < samples; sample++) seed[(sample * seed.length) / samples + 1] = 1;
            return { [logits]: seed };
          });
          return [values[tensor], gradients[tensor]].map((each) => byChannel(each, layer, samples, samples));
        };
        const [clean] = await run(null);
        const copies = [];
        for (let copy = 0; copy < noise.dims[0]; copy++) copies.push((await run(copy))[1]);
        for (const [sample, activations] of clean.entries()) {
          const weights = smoothGradCamPlusPlusWeights(
            activations,
            copies.map((copy) => copy[sample].values),
          );
          const apart = error(Float32Array.from(weights), await reference(name, 'smoothgradcam++.weights', sample));
          assert.ok(apart < (looser[`${name} gradcam++`] ?? tolerance), `sample ${sample}: ${apart}`);
        }
      } finally {
        await gradient.release();
      }
    });
  }
});

describe('Maps by pytorch-grad-cam of published networks', function () {
  this.timeout(120_000);
  const networksOf = {
    squeezenet: { file: 'squeezenet_fp32_DERIVED.onnx', layer: 'conv10_2', early: 'conv1_2' },
    mobilenetv2: { file: 'mobilenetv2_fp32_DERIVED.onnx', layer: '627', early: '474' },
  };
  for (const [name, { file, layer, early }] of Object.entries(networksOf)) {
    it(`are drawn of ${name}, for a dog and for a cat in one picture`, async function () {
      const model = await readModel(sharedData(this, 'models', 'imagenet', file));
      const picture = await decodeFile(sharedData(this, 'images', 'gradcam_both_dog_cat.png'));
      const size = [picture.height, picture.width];
      const values = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => {
        const channel = Math.floor(i / (224 * 224));
        const pixel = picture.data[3 * (i % (224 * 224)) + channel] / 255;
        return (pixel - [0.485, 0.456, 0.406][channel]) / [0.229, 0.224, 0.225][channel];
      });
      const [{ name: input }] = modelInputs(model);
      const tensor = { type: 'float32' as const, dims: [1, 3, 224, 224], data: values };
      const inputs: MapInputs = { kind: 'arrays', input, samples: 1, batch: async () => ({ [input]: tensor }) };
      const runs = new ModelRuns(model, null);
      try {
        for (const key of await npzKeys(path.join(here, `${name}.npz`))) {
          const [method, category, form] = key.split('.');
          const { maps } = await computeMaps(
            model,
            inputs,
            size,
            {
              method,
              layers: method === 'fullgrad' ? [] : [['scorecam', 'ablationcam'].includes(method) ? early : layer],
              class: Number(category),
              output: null,
              unit: null,
              seed: 0,
              raw: form === 'raw',
              threads: null,
            },
            { runs },
          );
          const known = await reference(name, key);
          // Finished maps are kept at half the resolution.
          const map = form === 'raw' ? maps[0] : maps[0].filter((_, i) => i % 2 === 0 && Math.floor(i / 224) % 2 === 0);
          const apart = ['eigencam', 'eigengradcam'].includes(method)
            ? Math.min(error(map, known), error(map.map((value) => -value), known)) // prettier-ignore
            : error(map, known);
          assert.ok(apart < tolerance, `${key}: ${apart}`);
        }
      } finally {
        await runs.release();
      }
    });
  }
});
