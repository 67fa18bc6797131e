import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { randomisedModel } from '../../../src/engine/evaluate/randomisedModel.js';
import { readModel, readTensor } from '../../../src/engine/onnx/index.js';
import { openSession } from '../../../src/engine/runtime/index.js';

const policy = path.resolve('media/sample/policy/policy.onnx');

describe('a model with its weights in random order', () => {
  it('has the same weights in another order, the same biases, runs, and leaves the file as it is', async () => {
    const before = readFileSync(policy);
    const model = await readModel(policy);
    const { model: copy, randomised, left, remove } = await randomisedModel(model, 0);
    assert.deepEqual(left, []);
    const matrices = [...model.graph.initializers.values()].filter(({ dims }) => dims.length > 1);
    assert.equal(randomised, matrices.length);
    for (const weight of model.graph.initializers.values()) {
      const was = [...(await readTensor(model, weight)).data].map(Number);
      const is = [...(await readTensor(copy, copy.graph.initializers.get(weight.name)!)).data].map(Number);
      if (weight.dims.length > 1) assert.notDeepEqual(is, was);
      else assert.deepEqual(is, was);
      assert.deepEqual(is.sort(), was.sort());
    }
    const session = await openSession(copy, { outputs: [] });
    await session.release();
    assert.deepEqual(readFileSync(policy), before);
    await remove();
    assert.equal(existsSync(copy.path), false);
  });

  it('is the same for the same seed', async () => {
    const model = await readModel(policy);
    const [a, b, c] = [
      await randomisedModel(model, 1),
      await randomisedModel(model, 1),
      await randomisedModel(model, 2),
    ];
    assert.deepEqual(readFileSync(a.model.path), readFileSync(b.model.path));
    assert.notDeepEqual(readFileSync(a.model.path), readFileSync(c.model.path));
    await Promise.all([a, b, c].map(({ remove }) => remove()));
  });
});
