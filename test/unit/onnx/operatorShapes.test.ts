import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { defaultLayers, outgoingWeights, poolingHead, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { inferFacts } from '../../../src/engine/onnx/shape/index.js';
import { temporaryFolder } from '../../support/onnxFile.js';
import { sharedData } from '../../support/sharedData.js';

describe('shapes of single operators', () => {
  const folder = temporaryFolder();

  it('are those that ONNX’s own operator tests declare, in every one where they are inferred', async function () {
    this.timeout(120_000);
    const cases = path.join(folder.path(), 'cases');
    mkdirSync(cases);
    for (const archive of ['onnx_node_tests.tar.gz', 'onnx_pytorch_tests.tar.gz']) {
      execFileSync('tar', ['xzf', sharedData(this, 'models', 'op_zoo', archive), '-C', cases]);
    }
    let equal = 0;
    for (const file of readdirSync(cases, { recursive: true }).map(String)) {
      if (!file.endsWith('.onnx')) continue;
      const model = await readModel(path.join(cases, file));
      const declared = model.graph.outputs.filter(({ shape }) => shape !== null);
      // What the file says of its outputs must not be what is compared with it.
      const values = new Map(model.graph.values);
      declared.forEach(({ name }) => values.delete(name));
      const facts = inferFacts({ ...model, graph: { ...model.graph, values } });
      for (const { name, shape } of declared) {
        const ours = facts.get(name)?.shape;
        if (!ours) continue;
        assert.equal(ours.length, shape!.length, `${file}: ${name}`);
        ours.forEach((dim, axis) => {
          const theirs = shape![axis];
          if (typeof dim === 'number' && typeof theirs === 'number') assert.equal(dim, theirs, `${file}: ${name}`);
        });
        equal++;
      }
      // Whatever the operators are, reading goes through.
      structureOf(model);
      for (const layer of defaultLayers(model)) await outgoingWeights(model, layer.name, 0);
      await poolingHead(model);
    }
    assert.ok(equal > 1200, `${equal} outputs compared`);
  });
});
