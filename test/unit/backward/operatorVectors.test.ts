import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openGradient } from '../../../src/engine/backward/index.js';
import { type OnnxModel, readModel, readTensor } from '../../../src/engine/onnx/index.js';
import { openSession, type Session } from '../../../src/engine/runtime/index.js';
import type { Tensor, TensorType } from '../../../src/engine/runtime/tensor.js';
import { UserError } from '../../../src/shared/userError.js';
import { randomNumbers } from '../../support/gradientCheck.js';
import { bytes, header, temporaryFolder } from '../../support/onnxFile.js';
import { sharedData } from '../../support/sharedData.js';

/**
 * Cases whose own numbers lie on a kink (zeros, equal elements in a window), are no numbers, or give none: rows of
 * attention that see nothing, written out as operators.
 */
const notSmooth =
  /^test_(elu|selu|leakyrelu)_example|^test_maxpool_3d_dilations|^test_cast(like)?_FLOAT_to|^test_pow$|^test_attention.*(fullymasked|nan_robustness|structural_empty).*_expanded$/;

describe('gradients of ONNX’s own operator tests', () => {
  const folder = temporaryFolder();

  it('agree with differences along a random direction, for the shapes and attributes that nobody thinks of', async function () {
    this.timeout(400_000);
    const cases = path.join(folder.path(), 'cases');
    mkdirSync(cases);
    execFileSync('tar', ['xzf', sharedData(this, 'models', 'op_zoo', 'onnx_node_tests.tar.gz'), '-C', cases]);
    const wrong: string[] = [];
    let compared = 0;
    for (const file of readdirSync(cases, { recursive: true }).map(String).sort()) {
      if (!file.endsWith('model.onnx')) continue;
      const name = path.basename(path.dirname(file));
      if (notSmooth.test(name)) continue;
      const found = await compareCase(path.join(cases, file), (sample) => folder.write('sample.onnx', sample));
      if (found === null) continue;
      compared++;
      if (!(found < 0.02)) wrong.push(`${name}: ${found}`);
    }
    assert.deepEqual(wrong, [], `${wrong.length} of ${compared}`);
    assert.ok(compared > 400, `${compared} compared`);
  });
});

const fractions = new Set(['float', 'double', 'float16']);

/** The difference, as a share of the derivative; null where nothing can be compared. */
async function compareCase(file: string, write: (sample: Uint8Array) => string): Promise<number | null> {
  const model = await readModel(file).catch(() => null);
  if (!model) return null;
  const { graph } = model;
  const [output] = graph.outputs;
  const wrt = graph.inputs.filter(({ type }) => type === 'float').map(({ name }) => name);
  if (wrt.length === 0 || !fractions.has(output.type)) return null;
  const feeds = await feedsOf(model, path.dirname(file), write);
  const session = feeds && (await openSession(model, { outputs: [], threads: 1 }).catch(() => null));
  if (!feeds || !session) return null;
  try {
    const found = await compare(model, session, feeds, output.name, wrt);
    return found;
  } finally {
    await session.release();
  }
}

async function compare(
  model: OnnxModel,
  session: Session,
  feeds: Record<string, Tensor>,
  output: string,
  candidates: string[],
): Promise<number | null> {
  const plain = await session.run(feeds, [output]).catch(() => null);
  if (!plain) return null;
  const random = randomNumbers(7);
  const seed = Float32Array.from({ length: plain[output].data.length }, () => random() + 0.5);
  const wrt = candidates.filter((name) => {
    try {
      openGradient(model, { targets: [output], wrt: [name] });
      return true;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  });
  if (wrt.length === 0) return null;
  const gradient = openGradient(model, { targets: [output], wrt }, { threads: 1 });
  const result = await gradient.run(feeds, { [output]: seed }).catch((error: unknown) => error);
  await gradient.release();
  if (result instanceof UserError && result.code === 'gradient/no-rule') return null;
  if (result instanceof Error) throw new Error(`${model.path}: ${result.message}`);
  const { gradients } = result as { gradients: Record<string, Tensor> };
  const directions = wrt.map((name) => Float32Array.from(feeds[name].data as Float32Array, () => random() - 0.3));
  const derivative = wrt.reduce(
    (sum, name, i) => sum + (gradients[name].data as Float32Array).reduce((all, x, k) => all + x * directions[i][k], 0),
    0,
  );
  const score = async (step: number): Promise<number> => {
    const moved = { ...feeds };
    wrt.forEach((name, i) => {
      const data = (feeds[name].data as Float32Array).map((x, k) => x + step * directions[i][k]);
      moved[name] = { ...feeds[name], data };
    });
    const values = (await session.run(moved, [output]))[output].data as Float32Array;
    return values.reduce((sum, y, i) => sum + y * seed[i], 0);
  };
  let least = Number.POSITIVE_INFINITY;
  for (const step of [3e-2, 3e-3, 3e-4]) {
    const difference = ((await score(step)) - (await score(-step))) / (2 * step);
    least = Math.min(
      least,
      Math.abs(difference - derivative) / Math.max(Math.abs(difference), Math.abs(derivative), 1e-3),
    );
  }
  return Number.isNaN(derivative) ? Number.NaN : least;
}

const typeNames: Record<string, TensorType> = {
  float: 'float32',
  double: 'float64',
  int64: 'int64',
  int32: 'int32',
  uint8: 'uint8',
  int8: 'int8',
  bool: 'bool',
};

/** The case's own inputs: TensorProto files, read as the weights of a model. */
async function feedsOf(
  model: OnnxModel,
  folder: string,
  write: (sample: Uint8Array) => string,
): Promise<Record<string, Tensor> | null> {
  const feeds: Record<string, Tensor> = {};
  for (const [i, { name }] of model.graph.inputs.entries()) {
    const sample = readFileSync(path.join(folder, 'test_data_set_0', `input_${i}.pb`));
    const holder = await readModel(write(Buffer.concat([header(), bytes(7, bytes(5, sample))]))).catch(() => null);
    const [tensor] = holder ? [...holder.graph.initializers.values()] : [];
    if (!holder || !tensor || !(tensor.type in typeNames)) return null;
    const { dims, data } = await readTensor(holder, tensor);
    feeds[name] = { type: typeNames[tensor.type], dims, data };
  }
  return feeds;
}
