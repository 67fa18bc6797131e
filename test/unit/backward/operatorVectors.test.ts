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

/** Cases that are not compared, and why. */
const infinite = 'its numbers or what it gives are infinite';
const masked = 'rows that see nothing, written out: what is replaced by 0 was no number, and neither is its gradient';
const large = 'differences beside numbers of 10,000 are lost in float32';
const notCompared: Record<string, string> = {
  test_cast_DOUBLE_to_FLOAT: infinite,
  test_cast_DOUBLE_to_FLOAT16: infinite,
  test_cast_FLOAT_to_DOUBLE: infinite,
  test_cast_FLOAT_to_FLOAT16: infinite,
  test_castlike_DOUBLE_to_FLOAT: infinite,
  test_castlike_DOUBLE_to_FLOAT_expanded: infinite,
  test_castlike_FLOAT_to_DOUBLE: infinite,
  test_castlike_FLOAT_to_DOUBLE_expanded: infinite,
  test_reduce_max_empty_set: infinite,
  test_logsoftmax_large_number: large,
  test_logsoftmax_large_number_expanded: large,
  test_logsoftmax_large_number_expanded_ver18: large,
  test_softmax_large_number: large,
  test_softmax_large_number_expanded: large,
  test_softmax_large_number_expanded_ver18: large,
  test_pow: 'numbers below 0 have no power that is no whole number',
  test_attention_23_boolmask_fullymasked_row_nan_robustness_expanded: masked,
  test_attention_23_fullymasked_qk_matmul_output_mode3_zero_expanded: masked,
  test_attention_24_fullymasked_qk_matmul_output_mode3_zero_expanded: masked,
  test_attention_4d_causal_nonpad_negative_offset_structural_empty_expanded: masked,
  test_attention_causal_boolmask_nan_robustness_expanded: masked,
};

/** Cases that are refused, with what is said. */
const refused: Record<string, string> = {
  test_scan_sum: 'model.onnx: Scan "y" has no gradient here',
};

describe('gradients of ONNX’s own operator tests', () => {
  const folder = temporaryFolder();

  it('agree with differences along a random direction, for the shapes and attributes that nobody thinks of', async function () {
    this.timeout(400_000);
    const cases = path.join(folder.path(), 'cases');
    mkdirSync(cases);
    execFileSync('tar', ['xzf', sharedData(this, 'models', 'op_zoo', 'onnx_node_tests.tar.gz'), '-C', cases]);
    const wrong: string[] = [];
    const refusals: Record<string, string> = {};
    const left = new Set(Object.keys(notCompared));
    let compared = 0;
    for (const file of readdirSync(cases, { recursive: true }).map(String).sort()) {
      if (!file.endsWith('model.onnx')) continue;
      const name = path.basename(path.dirname(file));
      if (left.delete(name)) continue;
      const found = await compareCase(path.join(cases, file), (bytes, as) => folder.write(as, bytes));
      if (found === null) continue;
      if (typeof found === 'string') {
        refusals[name] = found;
        continue;
      }
      compared++;
      if (!(found < 0.02)) wrong.push(`${name}: ${found}`);
    }
    assert.deepEqual(wrong, [], `${wrong.length} of ${compared}`);
    assert.deepEqual(refusals, refused);
    assert.deepEqual([...left], [], 'what is left out is there');
    assert.ok(compared > 800, `${compared} compared`);
  });
});

const fractions = new Set(['float', 'double', 'float16']);

type Write = (bytes: Uint8Array, name: string) => string;

/** The difference, as a share of the derivative; what refuses the gradient; null where there is nothing to compare. */
async function compareCase(file: string, write: Write): Promise<number | string | null> {
  const own = await readModel(file).catch(() => null);
  if (!own || !fractions.has(own.graph.outputs[0].type)) return null;
  const feeds = await feedsOf(own, path.dirname(file), write);
  if (!feeds) return null;
  const model = await readModel(write(withConstants(file, own, feeds), 'model.onnx'));
  const fed = Object.fromEntries(Object.entries(feeds).filter(([name]) => isFed(own, feeds, name)));
  const wrt = Object.keys(fed);
  const session = wrt.length > 0 && (await openSession(model, { outputs: [], threads: 1 }).catch(() => null));
  if (!session) return null;
  try {
    return await compare(model, session, fed, own.graph.outputs[0].name, wrt);
  } finally {
    await session.release();
  }
}

/** Fractions, but for the numbers that a picture is resized by. */
const isFed = ({ graph }: OnnxModel, feeds: Record<string, Tensor>, name: string): boolean =>
  /^float(32|64)$/.test(feeds[name].type) &&
  (!/Resize|Upsample/.test(graph.nodes[0].op) || name === graph.inputs[0].name);

/** The model with all else that it takes as constants: axes and scales are known then, as in files that exporters write. */
function withConstants(file: string, model: OnnxModel, feeds: Record<string, Tensor>): Buffer {
  const folder = path.dirname(file);
  const constants = model.graph.inputs.flatMap(({ name }, i) =>
    isFed(model, feeds, name)
      ? []
      : [
          bytes(
            5,
            Buffer.concat([readFileSync(path.join(folder, 'test_data_set_0', `input_${i}.pb`)), bytes(8, name)]),
          ),
        ],
  );
  return Buffer.concat([readFileSync(file), bytes(7, Buffer.concat(constants))]);
}

async function compare(
  model: OnnxModel,
  session: Session,
  feeds: Record<string, Tensor>,
  output: string,
  candidates: string[],
): Promise<number | string | null> {
  const plain = await session.run(feeds, [output]).catch(() => null);
  if (!plain) return null;
  const random = randomNumbers(7);
  const seed = Float32Array.from({ length: plain[output].data.length }, () => random() + 0.5);
  let refusal: string | null = null;
  const wrt = candidates.filter((name) => {
    try {
      openGradient(model, { targets: [output], wrt: [name] });
      return true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.code === 'gradient/no-rule') refusal = error.message;
      return false;
    }
  });
  if (wrt.length === 0) return refusal;
  // A bit beside the case's own numbers: many lie on a kink, where there is no derivative.
  const nudged = { ...feeds };
  for (const name of wrt) {
    nudged[name] = moved(feeds[name], (x) => (Number.isFinite(x) ? x + (random() - 0.5) * 0.02 : x));
  }
  const gradient = openGradient(model, { targets: [output], wrt }, { threads: 1 });
  const result = await gradient.run(nudged, { [output]: seed }).catch((error: unknown) => error);
  await gradient.release();
  if (result instanceof UserError && result.code === 'gradient/no-rule') return result.message;
  if (result instanceof Error) throw new Error(`${model.path}: ${result.message}`);
  const { gradients } = result as { gradients: Record<string, Tensor> };
  const directions = wrt.map((name) => Float64Array.from({ length: nudged[name].data.length }, () => random() - 0.3));
  const derivative = wrt.reduce(
    (sum, name, i) => sum + (gradients[name].data as Float32Array).reduce((all, x, k) => all + x * directions[i][k], 0),
    0,
  );
  const score = async (step: number): Promise<number> => {
    const at = { ...nudged };
    wrt.forEach((name, i) => (at[name] = moved(nudged[name], (x, k) => x + step * directions[i][k])));
    const values = (await session.run(at, [output]))[output].data as Float32Array;
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

function moved(tensor: Tensor, to: (x: number, i: number) => number): Tensor {
  const data = tensor.data as Float32Array | Float64Array;
  return { ...tensor, data: data.map(to) };
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
async function feedsOf(model: OnnxModel, folder: string, write: Write): Promise<Record<string, Tensor> | null> {
  const feeds: Record<string, Tensor> = {};
  for (const [i, { name }] of model.graph.inputs.entries()) {
    const sample = readFileSync(path.join(folder, 'test_data_set_0', `input_${i}.pb`));
    const file = write(Buffer.concat([header(), bytes(7, bytes(5, sample))]), 'sample.onnx');
    const holder = await readModel(file).catch(() => null);
    const [tensor] = holder ? [...holder.graph.initializers.values()] : [];
    if (!holder || !tensor || !(tensor.type in typeNames)) return null;
    const { dims, data } = await readTensor(holder, tensor);
    feeds[name] = { type: typeNames[tensor.type], dims, data };
  }
  return feeds;
}
