import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { planFor } from '../../../src/engine/backward/gradientPlan.js';
import { openGradient } from '../../../src/engine/backward/index.js';
import { openOneSession } from '../../../src/engine/backward/oneSession.js';
import { gradientRules, ruleOf } from '../../../src/engine/backward/rules/index.js';
import { type OnnxModel, readModel } from '../../../src/engine/onnx/index.js';
import type { Tensor } from '../../../src/engine/runtime/tensor.js';
import { bothOutputs, different, someFeeds } from '../../support/raisedOutputs.js';
import { hasSharedData, projectRoot, sharedData } from '../../support/sharedData.js';

const sample = path.join(projectRoot, 'media/sample/squeezenet/squeezenet.onnx');
const folder = path.resolve(projectRoot, '../shared/data/models');
const files = hasSharedData
  ? (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.onnx')).sort()
  : [];
/** Computes in float16; has trees, which have no gradient; takes long or much memory. */
const others = /squeezenet_fp16|tree_ensemble|light_(?!structure|shufflenet|squeezenet)|fns_candy|road_seg/;

const setOf = (model: OnnxModel): number => model.opsets.get('') ?? 0;
const old: string[] = [];
for (const file of files.filter((name) => !others.test(name))) {
  if (setOf(await readModel(path.join(folder, file))) < 12) old.push(file);
}

/** By the two ways to run them, the gradients of all elements of the first output, each with a weight. */
async function gradients(model: OnnxModel, feeds: Record<string, Tensor>) {
  const [target, input] = [model.graph.outputs[0].name, Object.keys(feeds)[0]];
  const task = { model, targets: [target], wrt: [input], wanted: [target], ruleOf: ruleOf(gradientRules), session: {} };
  const opened = await openOneSession(await planFor(task, feeds));
  assert.ok(opened, 'forward and backward are two sessions');
  const gradient = openGradient(model, { targets: [target], wrt: [input] });
  try {
    const dims = (await gradient.targetDims(feeds))[target];
    const length = dims.reduce((all, dim) => all * dim, 1);
    const seeds = { [target]: Float32Array.from({ length }, (_, i) => Math.sin(1.3 * i + 1)) };
    const one = await opened.run(feeds, seeds);
    const pass = await gradient.forward(feeds);
    const two = await pass.backward(seeds);
    return { one: one.gradients[input], two: two[input] };
  } finally {
    await opened.release();
    await gradient.release();
  }
}

async function checkGradients(model: OnnxModel): Promise<void> {
  const { one, two } = await gradients(model, someFeeds(model));
  const [a, b] = [one.data as Float32Array, two.data as Float32Array];
  assert.deepEqual(one.dims, two.dims);
  const largest = b.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const distance = a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
  assert.ok(largest > 0 && distance <= 1e-5 * largest, `${distance} of ${largest}`);
}

async function checkTensors(model: OnnxModel): Promise<void> {
  const both = await bothOutputs(model, 18, someFeeds(model));
  assert.ok(both, 'is not raised');
  assert.ok(Object.keys(both.own).length > 0);
  assert.deepEqual(different(both.own, both.raised), []);
}

describe('models of operator sets before 12', () => {
  it('the bundled SqueezeNet: every tensor is the same in set 18, and gradients are those of two sessions', async () => {
    const model = await readModel(sample);
    assert.equal(setOf(model), 7);
    await checkTensors(model);
    await checkGradients(model);
  });

  if (files.length === 0) {
    it('real ones, too', function () {
      sharedData(this, 'models');
    });
  }
  for (const file of old) {
    it(`${file}: the same`, async function () {
      this.timeout(60_000);
      const model = await readModel(sharedData(this, 'models', file));
      await checkTensors(model);
      await checkGradients(model);
    });
  }
});
