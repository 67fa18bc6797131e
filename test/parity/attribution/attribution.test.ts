import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { attribute, type AttributionJob, defaultAttribution } from '../../../src/engine/attribution/index.js';
import { arrayInputs } from '../../../src/engine/map/inputs.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { readArray } from '../../../src/engine/probe/index.js';

const here = import.meta.dirname;
const networks = path.join(here, '../networks');
/** Network → exporter → tensors of two layers. */
const layersOf = JSON.parse(readFileSync(path.join(here, '../maps/layers.json'), 'utf8')) as Record<
  string,
  Record<string, { target: string; earlier: string }>
>;
/** As in make.py. */
const steps = 16;
const box = { low: [-2], high: [2.5] };

/** What the reference is called → the job that computes it. */
const jobs: Record<string, Partial<AttributionJob>> = {
  gradient: { method: 'gradient' },
  'input-x-gradient': { method: 'input-x-gradient' },
  ig: { method: 'ig', steps },
  'guided-backprop': { method: 'guided-backprop' },
  deconvnet: { method: 'deconvnet' },
  'lrp-epsilon': { method: 'lrp-epsilon' },
  'lrp-gamma': { method: 'lrp-gamma' },
  'lrp-zplus': { method: 'lrp-zplus' },
  'lrp-alpha2beta1': { method: 'lrp-alpha2beta1' },
  box: { method: 'lrp-gamma', box },
  relp: { method: 'relp' },
};
const relevance = Object.keys(jobs).filter((name) => name.startsWith('lrp') || name === 'box');
const tested: Record<string, string[]> = {
  vgg: ['gradient', 'input-x-gradient', 'ig', 'guided-backprop', 'deconvnet', ...relevance],
  residual: ['gradient', 'input-x-gradient', 'ig', 'guided-backprop', 'deconvnet', ...relevance],
  depthwise: ['gradient', 'input-x-gradient', 'ig', 'relp'],
  concatenating: ['gradient', 'input-x-gradient', 'ig'],
  vit: ['gradient', 'input-x-gradient', 'ig', 'relp'],
  unet: ['gradient', 'input-x-gradient', 'ig'],
};

async function expected(name: string, method: string): Promise<Float32Array> {
  return Float32Array.from((await readArray(`${path.join(here, name)}.npz:${method}`)).data as Float32Array);
}

function flat(values: Float32Array[]): Float32Array {
  const all = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of values) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Greatest difference, as a share of the greatest value expected. */
function error(actual: Float32Array, reference: Float32Array): number {
  assert.equal(actual.length, reference.length);
  let [difference, largest] = [0, 0];
  reference.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(actual[i] - value));
    largest = Math.max(largest, Math.abs(value));
  });
  assert.ok(largest > 0, 'nothing to compare with');
  return difference / largest;
}

describe('attributions against Captum and zennit', () => {
  for (const [name, methods] of Object.entries(tested)) {
    for (const exporter of ['dynamo', 'torchscript']) {
      for (const method of methods) {
        it(`${method} of ${name}, ${exporter}`, async () => {
          const model = await readModel(path.join(networks, `${name}.${exporter}.onnx`));
          const { inputs } = await arrayInputs(model, `${path.join(networks, name)}.npz:input`);
          const job = { ...defaultAttribution, ...jobs[method] } as AttributionJob;
          const made = await attribute(model, inputs, job);
          const score = await expected(name, 'score');
          assert.ok(error(Float32Array.from(made.scores!), score) < 1e-4);
          const difference = error(flat(made.values), await expected(name, method));
          assert.ok(difference < 2e-4, `off by ${difference} of the greatest value`);
        });
      }
    }
  }

  for (const exporter of ['dynamo', 'torchscript']) {
    // By reference: the tensor that holds what the module gives.
    const { earlier, target } = layersOf.residual[exporter];
    const inner: Record<string, Record<string, string>> = {
      vgg: Object.fromEntries(['features.5', 'features.9', 'classifier.3'].map((layer) => [layer, layer])),
      residual: { 'stem.2': earlier, layer2: target },
    };
    for (const [name, layers] of Object.entries(inner)) {
      it(`integrated gradients of layers of ${name} are Captum's conductance, ${exporter}`, async () => {
        const model = await readModel(path.join(networks, `${name}.${exporter}.onnx`));
        const { inputs } = await arrayInputs(model, `${path.join(networks, name)}.npz:input`);
        for (const [layer, wrt] of Object.entries(layers)) {
          const made = await attribute(model, inputs, { ...defaultAttribution, method: 'ig', steps, wrt });
          const difference = error(flat(made.values), await expected(name, `ig@${layer}`));
          assert.ok(difference < 2e-4, `${layer} is off by ${difference} of the greatest value`);
        }
      });
    }
  }

  for (const method of [...relevance.filter((name) => name !== 'box'), 'relp'])
    it(`${method} of a transformer is the same whether its GELU is one node or five`, async () => {
      const [one, five] = await Promise.all(
        ['dynamo', 'torchscript'].map(async (exporter) => {
          const model = await readModel(path.join(networks, `vit.${exporter}.onnx`));
          const { inputs } = await arrayInputs(model, `${path.join(networks, 'vit')}.npz:input`);
          return attribute(model, inputs, { ...defaultAttribution, ...jobs[method] } as AttributionJob);
        }),
      );
      const difference = error(flat(one.values), flat(five.values));
      // A share of a sum that is nearly 0 multiplies its rounding.
      assert.ok(difference < 5e-3, `off by ${difference} of the greatest value`);
    });

  it('integrated gradients of a layer add up to the difference of the scores', async () => {
    const model = await readModel(path.join(networks, 'vgg.torchscript.onnx'));
    const { inputs } = await arrayInputs(model, `${path.join(networks, 'vgg')}.npz:input`);
    for (const wrt of ['features.5', 'features.9', 'classifier.3']) {
      const made = await attribute(model, inputs, { ...defaultAttribution, method: 'ig', steps: 200, wrt });
      made.values.forEach((values, i) => {
        const sum = values.reduce((total, value) => total + value, 0);
        assert.ok(Math.abs(sum - made.expected![i]) < 0.01 * Math.abs(made.expected![i]) + 1e-3, `${sum} of ${made.expected![i]} in ${wrt}`); // prettier-ignore
      });
    }
  });

  it('has a reference for every network', () => {
    const files = readdirSync(here).filter((file) => file.endsWith('.npz'));
    assert.deepEqual(files.sort(), Object.keys(tested).map((name) => `${name}.npz`).sort()); // prettier-ignore
  });
});
