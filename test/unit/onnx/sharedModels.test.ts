import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { defaultLayers, findLayer, type OnnxModel, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { openSession, type Session, type Tensor } from '../../../src/engine/runtime/index.js';
import type { Dimension } from '../../../src/shared/model.js';
import { hasSharedData, sharedData } from '../../support/sharedData.js';

/** Inputs of the right shape for models with free axes: of 0, but for the sampling rate of the voice detectors. */
function zeros(model: OnnxModel, session: Session): Record<string, Tensor> {
  return Object.fromEntries(
    session.inputs.map(({ name, shape }): [string, Tensor] => {
      const free = (axis: number, dim: Dimension): number => {
        if (axis === 0 || dim === 'batch') {
          return 1;
        }
        return model.path.includes('char_gpt') ? 16 : 576;
      };
      const dims = (shape ?? [1]).map((dim, axis) => {
        const isBatchOfState = name === 'state' && axis === 1;
        return typeof dim === 'number' ? dim : isBatchOfState ? 1 : free(axis, dim);
      });
      const data = new Float32Array(dims.reduce((all, dim) => all * dim, 1)).fill(name === 'sr' ? 16000 : 0);
      return [name, { type: 'float32', dims, data }];
    }),
  );
}

/** Layers without any: control flow holds all of the model, or it is a tree ensemble. */
const withoutLayers = ['silero_vad.onnx', 'silero_vad_op18_ifless.onnx', 'coffee_tree_ensemble_sklearn.onnx'];

describe('layers of real models', () => {
  if (!hasSharedData) {
    it('skipped: the collection of models is not here');
    return;
  }
  const folder = path.resolve(import.meta.dirname, '../../../../shared/data/models');
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.onnx'));

  for (const file of files) {
    it(`${file}: shapes and units are those that ONNX Runtime computes`, async function () {
      this.timeout(60_000);
      const model = await readModel(sharedData(this, 'models', file));
      const { layers } = structureOf(model);
      assert.equal(layers.length === 0, withoutLayers.includes(path.basename(file)));
      const chosen = defaultLayers(model);
      assert.equal(new Set(chosen.map(({ name }) => name)).size, chosen.length);
      assert.ok(chosen.every((layer) => layers.includes(layer)));
      if (layers.length === 0) {
        return;
      }
      const session = await openSession(model, { outputs: layers.map(({ name }) => name), threads: 1 });
      try {
        const values = await session.run(
          zeros(model, session),
          layers.map(({ name }) => name),
        );
        for (const { name, shape, units, unitAxis } of layers) {
          const { dims } = values[name];
          assert.ok(shape, `${name} has no shape`);
          assert.equal(shape.length, dims.length, name);
          shape.forEach(
            (dim, axis) => typeof dim === 'number' && assert.equal(dim, dims[axis], `${name}, axis ${axis}`),
          );
          assert.ok(unitAxis !== null && unitAxis < dims.length && (unitAxis > 0 || dims.length === 1), name);
          assert.equal(units ?? dims[unitAxis], dims[unitAxis], name);
        }
      } finally {
        await session.release();
      }
    });
  }

  it('both of PyTorch’s exporters give the same modules in the same order', async function () {
    for (const [current, torchScript] of [
      ['fashion_vit_dynamo_opset20.onnx', 'fashion_vit_legacy_opset17.onnx'],
      ['char_gpt_dynamo_opset20.onnx', 'char_gpt_legacy_opset17.onnx'],
    ]) {
      const modules = async (file: string): Promise<string[]> => {
        const { layers } = structureOf(await readModel(sharedData(this, 'models', 'transformer', file)));
        return layers.map(({ module, units }) => `${module} ${units}`);
      };
      const one = await modules(current);
      assert.deepEqual(one, await modules(torchScript));
      assert.ok(one.length > 30);
    }
  });

  it('a transformer’s modules, source lines and parameters are those of its script', async function () {
    const vit = structureOf(
      await readModel(sharedData(this, 'models', 'transformer', 'fashion_vit_dynamo_opset20.onnx')),
    );
    // sum(p.numel() for p in FashionViT().parameters()) of the script
    assert.equal(vit.parameters, 205066);
    assert.equal(vit.producer, 'pytorch 2.13.0+cpu');
    const act = findLayer(vit, 'blocks.2.mlp.act');
    assert.equal(act.op, 'Gelu');
    assert.deepEqual(act.source, { file: 'train_fashion_vit.py', line: 41 });
    assert.equal(findLayer(vit, 'patch_embed.proj').parameters, 64 * 16 + 64);
    assert.equal(findLayer(vit, 'blocks.0.attn.qkv').parameters, 64 * 192 + 192);
    // Linear and GELU are one layer to explain; the block's sum and the norms are not asked for.
    const model = await readModel(sharedData(this, 'models', 'transformer', 'fashion_vit_legacy_opset17.onnx'));
    const block = defaultLayers(model).flatMap(({ module }) => (module?.startsWith('blocks.0.') ? [module] : []));
    assert.deepEqual(block, ['blocks.0.attn.qkv', 'blocks.0.attn.proj', 'blocks.0.mlp.act', 'blocks.0.mlp.fc2']);
    const gpt = structureOf(await readModel(sharedData(this, 'models', 'transformer', 'char_gpt_legacy_opset17.onnx')));
    assert.equal(gpt.parameters, 478272);
  });

  it('a policy’s layers are its activations and its output', async function () {
    const model = await readModel(sharedData(this, 'models', 'rl', 'cartpole_sb3_ppo_DERIVED.onnx'));
    assert.deepEqual(
      defaultLayers(model)
        .map(({ op, units }) => `${op} ${units}`)
        .sort(),
      ['Gemm 1', 'Gemm 2', 'Tanh 64', 'Tanh 64', 'Tanh 64', 'Tanh 64'],
    );
  });
});
