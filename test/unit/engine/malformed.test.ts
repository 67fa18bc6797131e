import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { computeMaps } from '../../../src/engine/map/computeMaps.js';
import { fileInputs } from '../../../src/engine/map/inputs.js';
import { readModel } from '../../../src/engine/onnx/index.js';
import { UserError } from '../../../src/shared/userError.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';
import { projectRoot, sharedData } from '../../support/sharedData.js';
import { engine, explain, requestFor } from './request.js';

const photo = path.join(projectRoot, 'media', 'sample', 'squeezenet');

/** Milliseconds in which a file is explained or refused. */
const patience = 2000;

/** What becomes of a file: `null`, or the sentence it is refused with. */
async function outcome(work: () => Promise<unknown>): Promise<string | null> {
  const started = performance.now();
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    assert.doesNotMatch(error.sentence, /[\r\n]/);
    assert.ok(error.sentence.length < 500, error.sentence);
    assert.ok(performance.now() - started < patience, `${performance.now() - started} ms: ${error.sentence}`);
    return error.sentence;
  }
}

describe('Damaged and hostile models', function () {
  this.timeout(120_000);

  /** Those that are models and can be explained; every other one is refused. */
  const explained = [
    'empty_node_names',
    'hostile_names',
    'local_function_ok',
    'long_chain_20000',
    'long_name_1MB',
    'no_outputs',
    'shape_mismatch',
    'unknown_fields',
  ];

  it('are explained, or refused in one sentence each', async function () {
    const folder = sharedData(this, 'malformed');
    const files = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
    const worked: string[] = [];
    for (const file of files) {
      const sentence = await outcome(() => explain(requestFor(path.join(folder, file), { limit: 3 })));
      if (sentence === null) worked.push(path.basename(file, '.onnx'));
    }
    assert.deepEqual(worked.sort(), explained);
  });

  it('are explained at a tensor that is named, or refused for what is wrong with them', async function () {
    const folder = sharedData(this, 'malformed');
    const at = (name: string, layer = 'y') =>
      outcome(() => explain(requestFor(path.join(folder, `${name}.onnx`), { limit: 3, layers: [layer] })));
    for (const name of ['dup_initializer', 'external_ok', 'inf_weights']) {
      assert.equal(await at(name), null, name);
    }
    const sentences: Record<string, RegExp> = {
      endless_loop: /^endless_loop\.onnx: the loop "y" would run practically for ever/,
      external_missing: /its weights lie in weights_absent\.bin, which is not beside it/,
      external_traversal: /its weights point outside its folder/,
      no_inputs: /^no_inputs\.onnx: the model takes no input/,
      scalar_and_empty: /^scalar_and_empty\.onnx: input "x" takes 0 × 4 values, which is none/,
      string_tensor: /^string_tensor\.onnx: input "x" takes text/,
      unknown_op: /uses the operator Frobnicate/,
    };
    for (const [name, sentence] of Object.entries(sentences)) assert.match((await at(name))!, sentence);
  });

  it('are mapped, or refused in one sentence each', async function () {
    const folder = sharedData(this, 'malformed');
    const picture = path.join(sharedData(this, 'images'), 'winml_kitten_224.png');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.onnx'))) {
      await outcome(async () => {
        const model = await readModel(path.join(folder, file));
        const { inputs, size } = await fileInputs(model, picture, null, path.dirname(photo));
        const job = { method: 'eigencam', layers: [], class: null, output: null, unit: null, seed: 0, raw: false };
        return computeMaps(model, inputs, size, { ...job, threads: null });
      });
    }
  });

  it('are inspected, or refused in one sentence each', async function () {
    const folder = sharedData(this, 'malformed');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.onnx'))) {
      await outcome(() => engine.inspect({ model: path.join(folder, file) }));
    }
  });
});

describe('Models without a layer in their main graph', () => {
  const folder = temporaryFolder();

  it('trees: the refusal says that they are no neural network', async function () {
    const model = sharedData(this, 'models', 'tabular', 'coffee_tree_ensemble_sklearn.onnx');
    await assert.rejects(explain(requestFor(model)), (error: UserError) => {
      assert.equal(error.code, 'model/no-layers');
      assert.match(error.message, /is a TreeEnsembleClassifier, not a neural network: it has no neurons/);
      return true;
    });
  });

  for (const name of ['silero_vad.onnx', 'silero_vad_op18_ifless.onnx']) {
    it(`${name}: the refusal says that its layers lie inside an If`, async function () {
      const model = sharedData(this, 'models', 'audio', name);
      await assert.rejects(explain(requestFor(model)), (error: UserError) => {
        assert.equal(error.code, 'model/no-layers');
        assert.match(error.message, /: all its layers lie inside the branches of an If \("[^"]+"\)/);
        assert.match(error.hint!, /without If/);
        return true;
      });
    });
  }

  it('sums alone: none is explained unasked; the output is, where it is asked for', async () => {
    const batch = { shape: ['batch', 3] };
    const nodes = [{ op: 'Add', in: ['x', 'x'], out: ['twice'] }];
    const model = folder.write('sums.onnx', modelBytes({ nodes, inputs: { x: batch }, outputs: { twice: batch } }));
    const probe = { kind: 'drawn' as const };
    await assert.rejects(explain(requestFor(model, { probe })), (error: UserError) => {
      assert.equal(error.code, 'model/no-usual-layers');
      assert.match(error.message, /no convolution, linear layer or activation function/);
      assert.match(error.hint!, /--layer "twice"/);
      return true;
    });
    const { layers } = await explain(requestFor(model, { probe, layers: ['twice'] }));
    assert.deepEqual(layers.map(({ name, units }) => [name, units]), [['twice', 3]]); // prettier-ignore
  });
});
