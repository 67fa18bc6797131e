import { indexOf } from '../onnx/graphIndex.js';
import { appendOutputs, type OnnxModel } from '../onnx/index.js';
import { checkRunnable, openBytes, type Session } from '../runtime/index.js';
import type { Tensor, TensorData } from '../runtime/tensor.js';
import { differentiate } from './differentiate.js';
import { type DataType, dataTypes, modelBytes } from './emit/modelBytes.js';
import { type GradientPlan, seedFeeds, type Seeds } from './gradientPlan.js';
import { type Weight, weightOf } from './weights.js';

/** Forward and backward apart: one forward run serves any number of scores. */
export interface TwoSessions {
  /** @returns what is fed, what is wanted, and what the backward model takes */
  forward(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  /**
   * @param values that a forward run gave
   * @returns by tensor to differentiate by
   */
  backward(values: Record<string, Tensor>, seeds: Seeds): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/**
 * The forward model is the model with more outputs, the backward model an ONNX model built here that takes what the
 * forward one has computed. The backward one is opened when the first score is differentiated.
 */
export async function openTwoSessions(plan: GradientPlan): Promise<TwoSessions> {
  const { base, graph, way, facts, targets, wrt, wanted, ruleOf, session } = plan;
  const weights = await weightsOf(
    graph,
    way.nodes.flatMap((node) => node.inputs),
  );
  const made = differentiate({ model: graph, targets, wrt, way, ruleOf, facts, weights });
  const outputs = new Map([...made.gradients].map(([name, value], i) => [`gradient${i}`, { name, value }]));
  const results = new Map([...outputs].map(([output, { value }]) => [output, value]));
  // Of what the rules asked for, what is left when the nodes that nobody needs are gone.
  const needed = new Set(made.g.finish(results, () => 'float32').inputs.map(({ name }) => name));
  const used = made.saved.filter((name) => needed.has(name));
  const constants = used.filter((name) => facts.get(name)?.constant);
  const saved = used.filter((name) => !constants.includes(name));
  const seeds = new Map([...made.seeds].map(([target, input]) => [target, { input, dims: made.g.dims(input) }]));
  const computed = [...new Set([...wanted, ...saved])].filter((name) => indexOf(graph).producer.has(name));
  const appended = [...new Set([...computed, ...constants])];
  checkRunnable(base.name, graph, appended);
  const bytes = Buffer.concat([base.bytes, appendOutputs(graph, appended)]);
  const forward = await openBytes({ ...base, bytes }, session);
  let backward: Promise<Session> | null = null;

  /** @param values of one run, which tell the types; what is the same at every run is asked for here */
  const openBackward = async (values: Record<string, Tensor>): Promise<Session> => {
    const fixed = await forward.run(values, constants);
    const written = made.g.finish(
      results,
      (name) => (name in fixed ? backwardType(fixed[name]) : name in values ? backwardType(values[name]) : 'float32'),
      new Map(constants.map((name) => [name, bytesOf(fixed[name])])),
    );
    return openBytes(
      {
        name: `the gradient of ${base.name}`,
        bytes: modelBytes(written, made.g.domains),
        folder: base.folder,
        inputs: new Map(written.inputs.map(({ name, dims }) => [name, dims])),
      },
      session,
    );
  };

  return {
    forward: async (feeds) => ({ ...feeds, ...(await forward.run(feeds, computed)) }),
    async backward(values, given) {
      const opened = await (backward ??= openBackward(values).catch((error: unknown) => {
        backward = null;
        throw error;
      }));
      const feeds = seedFeeds(seeds, given);
      saved.forEach((name) => (feeds[name] = values[name]));
      const found = await opened.run(feeds, [...outputs.keys()]);
      return Object.fromEntries([...outputs].map(([output, { name }]) => [name, found[output]]));
    },
    async release() {
      await forward.release();
      await (await backward?.catch(() => null))?.release();
    },
  };
}

async function weightsOf(model: OnnxModel, names: readonly string[]): Promise<Map<string, Weight>> {
  const index = indexOf(model);
  const weights = new Map<string, Weight>();
  for (const name of new Set(names)) {
    const constant = index.constant(name);
    if (constant && constant.type !== 'string') weights.set(name, await weightOf(model, constant));
  }
  return weights;
}

/** Fractions are float32 in the backward model whatever they are in the model. */
const backwardType = ({ type }: Tensor): DataType =>
  type === 'float64' || !(type in dataTypes) ? 'float32' : (type as DataType);

function bytesOf({ type, data }: Tensor): Uint8Array {
  const array = type === 'float64' ? Float32Array.from(data as Float64Array) : (data as Exclude<TensorData, string[]>);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
